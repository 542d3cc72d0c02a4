"""Draws from a posterior of a few parameters, whatever its shape.

Sequential Monte Carlo (Del Moral, Doucet and Jasra, JRSS B 2006): particles begin as draws of the
prior; the likelihood is let in by and by, at each stage so much of it that half of the particles
still count; what counts is drawn again, then moved by Metropolis steps of the particles' own
covariance.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
LogDensity = Callable[[Array], Array]  # of particles [P, d], [P]

KEPT: Final = 0.5  # of the particles: the effective number after a stage, at least
MOVES: Final = 4  # Metropolis steps after each stage,
LAST_MOVES: Final = 12  # and after the last
MOST_STAGES: Final = 100
JITTER: Final = 1e-9


def posterior_draws(
    particles: Array, log_prior: LogDensity, log_likelihood: LogDensity, rng: np.random.Generator
) -> Array:
    """As many draws as there are particles, which are draws of the prior: both [P, d]."""
    prior, likelihood = log_prior(particles), log_likelihood(particles)
    power = 0.0
    for _ in range(MOST_STAGES):
        step = _step(likelihood, 1 - power)
        power = 1.0 if step >= 1 - power else power + step
        chosen = _resampled(_weights(likelihood, step), rng)
        particles, prior, likelihood = particles[chosen], prior[chosen], likelihood[chosen]
        scale = 2.38 / np.sqrt(particles.shape[1])
        for _ in range(LAST_MOVES if power == 1 else MOVES):
            root = _root(particles) * scale
            proposed = particles + rng.standard_normal(particles.shape) @ root.T
            its_prior, its_likelihood = log_prior(proposed), log_likelihood(proposed)
            gain = its_prior - prior + power * (its_likelihood - likelihood)
            taken = np.log(rng.random(len(particles))) < gain
            particles = np.where(taken[:, None], proposed, particles)
            prior = np.where(taken, its_prior, prior)
            likelihood = np.where(taken, its_likelihood, likelihood)
            scale *= 1.3 if taken.mean() > 0.25 else 0.7
        if power == 1:
            break
    return particles


def _weights(likelihood: Array, step: float) -> Array:
    raised = np.exp(step * (likelihood - likelihood.max()))
    weights: Array = raised / raised.sum()
    return weights


def _step(likelihood: Array, most: float) -> float:
    """The largest step of the power that leaves enough particles that count."""
    least = KEPT * len(likelihood)
    if 1 / (_weights(likelihood, most) ** 2).sum() >= least:
        return most
    low, high = 0.0, most
    for _ in range(30):
        middle = (low + high) / 2
        if 1 / (_weights(likelihood, middle) ** 2).sum() >= least:
            low = middle
        else:
            high = middle
    return high


def _resampled(weights: Array, rng: np.random.Generator) -> NDArray[np.intp]:
    """Systematically: each as often as its weight says, rounded up or down."""
    places = (np.arange(len(weights)) + rng.random()) / len(weights)
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)


def _root(particles: Array) -> Array:
    covariance = np.atleast_2d(np.cov(particles, rowvar=False))
    floor = JITTER * np.eye(len(covariance))
    root: Array = np.linalg.cholesky(covariance + floor)
    return root
