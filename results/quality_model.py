"""What the true means of networks are like, and their seeds, as far as the rewards show it.

True means come from two normal distributions, one below the other: the sound networks, and those
that fail more or less. Rewards are around them as Student's t: normal, with a variance of each
network's own.
All parameters have proper priors, so few networks are enough, and none is fixed at an estimate.
Rewards are in units in which the measured means of all networks have mean 0 and SD 1.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from results.noise import Noise
from results.tempered_sampler import posterior_draws

Array = NDArray[np.floating[Any]]  # half of the bits are enough for densities

PARTICLES: Final = 512
POINTS: Final = 256  # of the likelihood, for networks that were trained once; as many for others,
LEAST_POINTS: Final = 32  # shared by how often they were trained: so many each at least
LEAST_RATIO: Final = 1e-9  # of variances: repeats that are equal by chance
FLOOR: Final = 1e-30  # density: what no parameters explain does not decide
K: Final = 2  # normal distributions of true means
# Normal priors: mean of the uppermost, logs of the gaps to those below, logs of their SDs, log odds
# of the lower ones to the uppermost, log of (degrees of freedom of the noise - 2).
CENTRES: Final = np.array([0.2, *[0.0] * (K - 1), *[-0.5] * K, *[-1.0] * (K - 1), 2.5])
WIDTHS: Final = np.array([0.7, *[0.7] * (K - 1), *[0.7] * K, *[1.5] * (K - 1), 1.2])
NOISE_WIDTH: Final = 1.5  # of the prior of log noise SD, around what the repeats say
# Gauss-Hermite's nodes and weights for a standard normal number.
NODES: Final = np.array([-np.sqrt(3), 0.0, np.sqrt(3)])
NODE_SHARES: Final = np.array([1 / 6, 2 / 3, 1 / 6])


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Rewards of networks, [n] each: mean, how many, and sum of squares around their mean."""

    means: NDArray[np.float64]
    repeats: NDArray[np.float64]
    squares: NDArray[np.float64]

    def __getitem__(self, chosen: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "Measured":
        return Measured(self.means[chosen], self.repeats[chosen], self.squares[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class QualityModel:
    """Draws of the parameters, [P, 1, C] each: a component for each kind of network and of noise.

    Args:
        mean, variance, share: of the true values.
        noise: variance of one training.
    """

    mean: Array
    variance: Array
    share: Array
    noise: Array

    @classmethod
    def of(cls, parameters: Array) -> "QualityModel":
        """parameters: [P, d], in the order of CENTRES, then the log of the noise's SD."""
        gaps, logs, odds = np.split(parameters[:, 1:-2], [K - 1, 2 * K - 1], axis=1)
        first = np.zeros((len(parameters), 1))
        mean = parameters[:, :1] - np.cumsum(np.hstack([first, np.exp(gaps)]), 1)
        share = np.exp(np.hstack([first, odds]))
        share /= share.sum(1, keepdims=True)
        variances = np.exp(2 * parameters[:, -1:]) * noise_scales(parameters[:, -2])
        kinds = len(NODES)
        columns = (
            np.repeat(mean, kinds, 1),
            np.repeat(np.exp(2 * logs), kinds, 1),
            (share[:, :, None] * NODE_SHARES).reshape(len(parameters), -1),
            np.tile(variances, K),
        )
        return cls(*(column.astype(np.float32)[:, None] for column in columns))

    def densities(self, seen: Measured) -> Array:
        """Of what was seen of each network under each component, times its share: [P, n, C]."""
        means, repeats, squares = (
            part.astype(np.float32)[:, None] for part in (seen.means, seen.repeats, seen.squares)
        )
        variance = self.noise / repeats
        variance += self.variance
        exponent = means - self.mean
        exponent *= exponent
        exponent /= variance
        many = seen.repeats > 1
        if many.any():
            exponent[:, many] += _of_squares(squares[many], repeats[many] - 1, self.noise)
        exponent *= -0.5
        found: Array = np.exp(exponent, out=exponent)
        found /= np.sqrt(variance, out=variance)
        found *= self.share
        return found

    def true_means(self, seen: Measured) -> tuple[Array, Array, Array]:
        """What is known of each network's: shares, means, variances of components, [P, n, C]."""
        shares = self.densities(seen) + FLOOR * self.share
        shares /= shares.sum(-1, keepdims=True)
        error = self.noise / seen.repeats[:, None]
        kept = self.variance / (self.variance + error)
        return shares, self.mean * (1 - kept) + seen.means[:, None] * kept, kept * error


def _of_squares(squares: Array, freedom: Array, noise: Array) -> Array:
    """-2 log likelihood of squares around means, less what it is at the likeliest noise."""
    ratio = squares / freedom / noise
    found: Array = freedom * (ratio - 1 - np.log(np.maximum(ratio, LEAST_RATIO)))
    return found


def noise_scales(freedom_log: Array) -> Array:
    """Variances of normal distributions that are Student's t together, times its scale: [P, 3].

    Quantiles of chi-squared by Wilson and Hilferty (PNAS 1931).
    """
    spread = 2 / (9 * (2 + np.exp(freedom_log[:, None])))
    scales: Array = np.maximum(1 - spread + NODES * np.sqrt(spread), 0.05) ** -3
    return scales


def fit(seen: Measured, sd: float, noise: Noise | None, rng: np.random.Generator) -> QualityModel:
    """Draws of the model's parameters given standardised rewards.

    sd: what the noise's is thought to be, roughly; `noise`, where it was measured elsewhere.
    """
    points, weights = _summed(seen)
    centres, widths = np.append(CENTRES, np.log(sd)), np.append(WIDTHS, NOISE_WIDTH)

    def log_likelihood(parameters: Array) -> Array:
        density = QualityModel.of(parameters).densities(points).sum(-1)
        total: Array = np.log(density + FLOOR) @ weights
        if noise is not None:
            power = noise_scales(parameters[:, -2]) @ NODE_SHARES
            ratio = 2 * (np.log(noise.sd) - parameters[:, -1]) - np.log(power)
            total = total + 0.5 * noise.freedom * (ratio - np.exp(np.minimum(ratio, 50)))
        return total

    def log_prior(parameters: Array) -> Array:
        total: Array = -0.5 * (((parameters - centres) / widths) ** 2).sum(1)
        return total

    start = centres + widths * rng.standard_normal((PARTICLES, len(centres)))
    return QualityModel.of(posterior_draws(start, log_prior, log_likelihood, rng))


def _summed(seen: Measured) -> tuple[Measured, Array]:
    """Fewer points that say nearly the same, and how many networks each stands for."""
    parts, weights = [], []
    repeated = (seen.repeats > 1).sum()
    for count in np.unique(seen.repeats):
        some = seen[seen.repeats == count]
        share = 1 if count == 1 else len(some.means) / repeated
        most = max(LEAST_POINTS, round(POINTS * share))
        some = some[np.lexsort((some.squares, some.means))]
        edges = np.linspace(0, len(some.means), min(most, len(some.means)) + 1).astype(int)
        middle = (edges[:-1] + edges[1:] - 1) // 2
        parts.append(some[middle])
        weights.append(np.diff(edges).astype(np.float64))
    joined = (
        np.concatenate([getattr(part, name) for part in parts]) for name in Measured.__slots__
    )
    return Measured(*joined), np.concatenate(weights)
