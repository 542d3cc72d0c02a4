"""Where rungs are worth their while, from how well a part of a training ranks like the whole."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from nas.errors import UsageError

# Rank agreement at or below it tells too few candidates apart to choose by. Of 12 candidates, as a
# doctor trains by default, whose order is chance it has a standard deviation of 1 / sqrt(11) = 0.3.
CHANCE: Final = 0.3
# At a rung, over all candidates: it throws out the broken ones. Of 12 in an order of chance 1 in 20
# agrees better (Spearman's one-sided 5 % point, 0.503).
USEFUL: Final = 0.5
NOTHING: Final[Mapping[float, float]] = MappingProxyType({})


def recommended_rungs(agreement: Mapping[float, float]) -> tuple[float, ...]:
    """Rungs for `[halving]`, rising; empty where no part of a training ranks like the whole.

    agreement: Spearman's rho between the reward after a share of the training, in (0, 1), and that
        after all of it, over the candidates that a search begins with. Shares of 1 are left out.

    The lowest share that agrees by at least 0.5 is the first rung, and each later one that agrees
    better than the rung before is another: on landscapes, four rungs with a reduction of 4 saved
    most in most of the cases that were tried (docs/proxy.md). Raises UsageError for a share or a
    rho that is none.
    """
    rungs: list[float] = []
    for share, rho in sorted(agreement.items()):
        _check(share, rho)
        if share < 1 and (rho > agreement[rungs[-1]] if rungs else rho >= USEFUL):
            rungs.append(share)
    return tuple(rungs)


def rung_advice(
    agreement: Mapping[float, float],
    among_sound: Mapping[float, float] = NOTHING,
    lowest: Mapping[float, float] = NOTHING,
) -> str:
    """One line: the rungs, or why there are none, and what they cannot tell apart.

    among_sound: the same as `agreement` over the sound candidates alone, at shares of it.
    lowest: lower ends of the intervals of `agreement`, at shares of it.
    """
    rungs = recommended_rungs(agreement)
    if not rungs:
        told = ", ".join(f"{rho:.2f} at {share:g}" for share, rho in sorted(agreement.items()))
        return f"no rungs: rank agreement with the whole training is below {USEFUL:g} ({told})"
    shares = ", ".join(f"{share:g}" for share in rungs)
    chance = [
        f"{share:g}" for share in rungs if share in among_sound and among_sound[share] <= CHANCE
    ]
    line = f"--halving.rungs '[{shares}]'"
    if chance:
        line += (
            f" to be rid of the broken ones; among sound ones the order at {', '.join(chance)} is "
            "chance: leave rungs out once a search proposes only those"
        )
    unsure = [
        f"{lowest[share]:.2f} at {share:g}" for share in rungs if lowest.get(share, 1) <= CHANCE
    ]
    if unsure:
        line += (
            f"; so few candidates leave that open (rank agreement may be {', '.join(unsure)}): "
            "train more with --architectures"
        )
    return line


def _check(share: float, rho: float) -> None:
    if not 0 < share <= 1 or not -1 <= rho <= 1:
        raise UsageError(
            f"rank agreement {rho} after a share {share} of the training: shares are in (0, 1], "
            "rank correlations in [-1, 1]"
        )
