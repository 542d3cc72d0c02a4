"""Candidates, or steps from parents to children, as numbers to learn from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from results.decision_effects import Observed
from search_space import Architecture
from search_space.traits import traits

Array = NDArray[np.float64]


def of_candidates(
    architectures: Sequence[Architecture], costs: Array, rewards: Array, clusters: NDArray[np.int64]
) -> Observed:
    """Of n uniform candidates. costs: [n, 2], all above 0."""
    return Observed(
        rewards=rewards,
        numbers=_traits(architectures),
        cost=_powers(costs),
        baseline=np.zeros((len(rewards), 0)),
        clusters=clusters,
    )


def of_steps(
    architectures: Sequence[Architecture],
    costs: Array,
    rewards: Array,
    edges: NDArray[np.int64],
) -> Observed:
    """Of steps, [n, 2]: places of child and parent among the m architectures; costs: [m, 2].

    The baseline is the parent's reward, as the better it is, luck included, the less a child gains.
    """
    numbers, powers = _traits(architectures), _powers(costs)
    child, parent = edges.T
    before = rewards[parent]
    middle = before.mean() if len(before) else 0.0
    return Observed(
        rewards=rewards[child] - before,
        numbers=numbers[child] - numbers[parent],
        cost=powers[child] - powers[parent],
        baseline=np.column_stack([before, (before - middle) ** 2]),
        clusters=parent,
    )


def _traits(architectures: Sequence[Architecture]) -> Array:
    return np.array([traits(architecture) for architecture in architectures])


def _powers(costs: Array) -> Array:
    """Logarithms of both, their squares and their product: [n, 5]."""
    logs = np.log(costs)
    first, second = (logs - logs.mean(0)).T
    return np.column_stack([first, second, first**2, second**2, first * second])
