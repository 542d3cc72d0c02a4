"""What to believe of networks whose trainings were seen: their true means, and which is the best.

The best of many looks better than it is: it was lucky, too. Here a network's rewards scatter around
its true mean, and true means are of a distribution that all networks show together
(`results/quality_model.py`), so what is far above the others is believed to be nearer to them.

Simulated leagues of 30, 100 and 400 networks, 15 % of them with 2 to 5 seeds, noise of 0.1, 0.4,
0.8 and 1.5 SDs between networks (`python benchmarks/belief.py --leagues 60`: 60 of each kind).
Bias, in those SDs: what the largest mean, and what the winner's posterior mean, promise beyond the
truth. Coverage of the 90 % intervals in per cent: of all networks, the winner, the ten first.

    true means, noise    bias: naive   ours    falls by | coverage: all  winner  ten
    normal                    1.12    -0.12      89 %   |          89      90    90
    low tail (Gumbel's)       1.36    +0.13      90 %   |          89      96    93
    uniform                   1.37    +0.18      87 %   |          90      93    93
    a third near 0            1.45    +0.17      89 %   |          91      93    93
    normal, Student's t(4)    1.82    +0.27      85 %   |          90      84    89
    noise 0.1                 0.05    +0.02      68 %   |          91      90    91
    noise 0.4                 0.54    +0.02      97 %   |          90      91    91
    noise 0.8                 1.59    +0.12      92 %   |          89      92    92
    noise 1.5                 3.51    +0.34      90 %   |          89      93    92
    all                       1.42    +0.13      91 %   |          90      91    92

Where it misses: few networks do not show the shape of the best ones' distribution. The best of 30
or 100 normal ones is believed to be 0.15 to 0.37 SDs less good than it is at noise 0.4 and 0.8
(bias falls by 5 to 67 %), that of uniform ones up to 0.3 too good (by 22 to 93 %). At noise 0.1
there is little to correct. With errors of Student's t(4) the winner's intervals cover 78 to 90 %,
and those of all of 30 normal networks at noise 0.8 cover 86 %.

Probabilities of being best, on 20 leagues of each kind (`--leagues 20`, 361 CPU seconds,
2026-11-22): of networks that were given 0.4 to 0.7 (0.53 on average) 46 ± 3 % were the best, of
those above 0.7 (0.89) 87 ± 2 %. They are too large where good networks crowd below an edge, as
uniform ones do (27 ± 7 % and 71 ± 11 %): a normal tail leaves room above it. There the exact
posterior, of the true prior, is right and smaller; that of normal networks is as ours. Errors of
t(4) leave 82 ± 5 % of those above 0.7 (0.91).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from results.estimate import Unmeasured
from results.noise import Noise, all_pooled, noise_of_repeats
from results.quality_draws import CONTENDERS, marginals, ranking
from results.quality_model import Measured, fit

Array = NDArray[np.float64]

FEWEST: Final = 3  # networks
TOP: Final = 10  # places that `p_top10` is of
SILENT: Final = 1e-9  # noise by spread: below it a seed changes nothing
LEAST_NOISE: Final = 1e-3  # given noise by that of the repeats, which counts, too
MOST_FREEDOM: Final = 1e6
MOST: Final = 1e60  # size of a reward: fourth powers are numbers
OUT_OF_RANGE: Final = "the rewards are too large or too close for their variance"
NO_NOISE: Final = (
    "no network was trained with two seeds, so what a seed changes is not known: "
    "`nas rerank RUN_DIR --budget 10` trains the best ones again"
)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """Of each network, in the order in which they were given: [n].

    Args:
        mean: posterior mean of its true reward.
        low, high: bounds of the 90 % credible interval; `low_95`, `high_95` of the 95 % one.
        p_best: probability that no other network is truly better; they add up to 1.
        p_top10: that fewer than ten are.
        noise: of one training, as the repeats and the caller have it.
        contenders: numbers of the networks that may be best: all, up to 2,000.
        draws: of their true rewards together, [draws, contenders].
    """

    mean: Array
    low: Array
    high: Array
    low_95: Array
    high_95: Array
    p_best: Array
    p_top10: Array
    noise: Noise
    contenders: NDArray[np.intp]
    draws: Array

    @property
    def winner(self) -> int:
        """The network of the largest posterior mean, the first of equals."""
        return int(self.mean.argmax())


def belief(
    rewards: Sequence[Sequence[float] | Array], noise: Noise | None = None, seed: int = 0
) -> Belief | Unmeasured:
    """From each network's rewards, `rewards[network][seed]`, one or more each, at one fidelity.

    noise: of the same protocol, measured elsewhere, as by `nas doctor`; it counts beside the
    repeats. Unmeasured for fewer than 3 networks, and where neither says what a seed changes. The
    same rewards have the same figures, whatever the order of networks and seeds.
    """
    groups = [np.sort(np.asarray(values, dtype=np.float64)) for values in rewards]
    if len(groups) < FEWEST:
        return Unmeasured(f"{len(groups)} networks have a reward: it takes {FEWEST}")
    largest, range_ = max(abs(group).max() for group in groups), np.ptp(np.concatenate(groups))
    if largest > MOST or 0 < range_ < 1 / MOST:
        return Unmeasured(OUT_OF_RANGE)
    seen = _measured(groups)
    # Sums round alike only in one order, however the networks are listed.
    order = np.lexsort((seen.squares, seen.repeats, seen.means))
    found = _noise([groups[place] for place in order], noise)
    if found is None:
        return Unmeasured(NO_NOISE)
    scale = float(seen.means[order].std()) or found.sd
    if found.sd <= SILENT * scale:
        return _certain(seen.means, found)
    given = None
    if noise is not None:
        sd = max(noise.sd, LEAST_NOISE * found.sd) / scale
        given = Noise(sd, min(noise.freedom, MOST_FREEDOM))
    middle = float(seen.means[order].mean())
    rng = np.random.Generator(np.random.PCG64(seed))
    seen = Measured((seen.means - middle) / scale, seen.repeats, seen.squares / scale**2)
    model = fit(seen, found.sd / scale, given, rng)
    mean, bounds = marginals(model, seen, rng)
    reach = mean + 2 * (bounds[-1] - mean)
    p_best, p_top10, contenders, draws = ranking(model, seen, reach, min(TOP, len(groups)), rng)
    low_95, low, high, high_95 = middle + scale * bounds
    return Belief(
        mean=middle + scale * mean,
        low=low,
        high=high,
        low_95=low_95,
        high_95=high_95,
        p_best=p_best,
        p_top10=p_top10,
        noise=found,
        contenders=contenders,
        draws=middle + scale * draws,
    )


def _noise(groups: Sequence[Array], given: Noise | None) -> Noise | None:
    return all_pooled(noise_of_repeats(groups), given)


def _measured(groups: Sequence[Array]) -> Measured:
    return Measured(
        np.array([group.mean() for group in groups]),
        np.array([len(group) for group in groups], dtype=np.float64),
        np.array([((group - group.mean()) ** 2).sum() for group in groups]),
    )


def _certain(means: Array, noise: Noise) -> Belief:
    """Where a seed changes nothing: the order is what it looks like, and equals share places."""
    contenders = np.argsort(-means, kind="stable")[:CONTENDERS]
    best = means == means.max()
    last = np.sort(means)[-min(TOP, len(means))]
    above, level = means > last, means == last
    left = min(TOP, len(means)) - above.sum()
    return Belief(
        mean=means,
        low=means,
        high=means,
        low_95=means,
        high_95=means,
        p_best=best / best.sum(),
        p_top10=above + level * left / level.sum(),
        noise=noise,
        contenders=contenders,
        draws=means[contenders][None],
    )
