"""From a fitted quality model to each network's true mean, and to who is best of all."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from results.quality_model import Measured, QualityModel

Array = NDArray[np.float64]
Floats = NDArray[np.floating[Any]]
Places = NDArray[np.intp]

LEVELS: Final = (0.025, 0.05, 0.95, 0.975)
GRID: Final = 300  # single rewards at which belief is computed, where there are more
CHUNK: Final = 64  # networks at a time
CONTENDERS: Final = 2000  # networks that may be best; all others certainly are not
HELD: Final = 4_000_000  # true means held at once
PER_PARTICLE: Final = 8  # draws together for each draw of the parameters, at most


def marginals(model: QualityModel, seen: Measured, rng: np.random.Generator) -> tuple[Array, Array]:
    """Posterior means [n] and quantiles [4, n] of each network alone, at LEVELS.

    One set of random numbers serves all, so equals are believed equal.
    """
    particles = len(model.noise)
    uniform, normal = rng.random((4, particles, 1)), rng.standard_normal((4, particles, 1))
    found = np.empty((1 + len(LEVELS), len(seen.means)))
    single = seen.repeats == 1
    points = np.unique(seen.means[single])
    if len(points) > GRID:
        even = np.linspace(points[0], points[-1], GRID // 2)
        points = np.union1d(even, np.quantile(points, np.linspace(0, 1, GRID // 2)))
    if len(points):
        alone = Measured(points, np.ones(len(points)), np.zeros(len(points)))
        columns = _each(model, alone, uniform, normal)
        for row, column in zip(found, columns, strict=True):
            row[single] = np.interp(seen.means[single], points, column)
    found[:, ~single] = _each(model, seen[~single], uniform, normal)
    return found[0], found[1:]


def _each(model: QualityModel, seen: Measured, uniform: Array, normal: Array) -> Array:
    """Mean and quantiles of each network, [5, n]."""
    found = np.empty((1 + len(LEVELS), len(seen.means)))
    for some in _chunks(len(seen.means)):
        shares, means, variances = model.true_means(seen[some])
        found[0, some] = (shares * means).sum(-1).mean(0, dtype=np.float64)
        draws = np.concatenate(
            [_draws(shares, means, variances, u, z) for u, z in zip(uniform, normal, strict=True)]
        )
        found[1:, some] = np.quantile(draws, LEVELS, axis=0)
    return found


def ranking(
    model: QualityModel, seen: Measured, reach: Array, top: int, rng: np.random.Generator
) -> tuple[Array, Array, Places, Array]:
    """Probabilities of being best and among the `top`, [n] each; the contenders [c], and the true
    means of these drawn together, [draws, c].

    reach: how good each network may be; those of the largest are the contenders.
    """
    order = np.lexsort((seen.squares, seen.repeats, seen.means))  # no matter how they are listed
    chosen = order[np.argsort(-reach[order], kind="stable")[:CONTENDERS]]
    times = max(1, min(PER_PARTICLE, HELD // len(chosen) // len(model.noise)))
    drawn = np.empty((times, len(model.noise), len(chosen)))
    for some in _chunks(len(chosen)):
        shares, means, variances = model.true_means(seen[chosen[some]])
        for one in drawn:
            shape = shares.shape[:2]
            uniform, normal = rng.random(shape), rng.standard_normal(shape)
            one[:, some] = _draws(shares, means, variances, uniform, normal)
    draws = drawn.reshape(-1, len(chosen))
    best = np.bincount(draws.argmax(1), minlength=len(chosen))
    first = np.argpartition(-draws, top - 1, axis=1)[:, :top]
    among = np.bincount(first.ravel(), minlength=len(chosen))
    rows = np.stack([seen.means, seen.repeats, seen.squares])
    kind = np.unique(rows, axis=1, return_inverse=True)[1]
    return (
        _shared(best / len(draws), chosen, kind),
        _shared(among / len(draws), chosen, kind),
        chosen,
        draws,
    )


def _shared(of_chosen: Array, chosen: Places, kind: Places) -> Array:
    """For all networks, with equal ones made equal."""
    of_all = np.zeros(len(kind))
    of_all[chosen] = of_chosen
    found: Array = (np.bincount(kind, of_all) / np.bincount(kind))[kind]
    return found


def _draws(
    shares: Floats, means: Floats, variances: Floats, uniform: Array, normal: Array
) -> Array:
    """One draw of each mixture of components, which are last, by its two random numbers."""
    component = (np.cumsum(shares, -1)[..., :-1] < uniform[..., None]).sum(-1)[..., None]
    mean = np.take_along_axis(means, component, -1)[..., 0]
    variance = np.take_along_axis(variances, component, -1)[..., 0]
    drawn: Array = mean + np.sqrt(variance) * normal
    return drawn


def _chunks(count: int) -> Iterator[slice]:
    return (slice(first, min(first + CHUNK, count)) for first in range(0, count, CHUNK))
