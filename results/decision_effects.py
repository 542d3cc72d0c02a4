"""Which decisions about an architecture a reward depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from results.estimate import Estimate, Measured, Unmeasured
from results.explained import Explained, Fit, explained, fit
from results.rank_agreement import rank_agreement, ranks

Array = NDArray[np.float64]
Verdict = Literal["matters", "not resolved"]

LEAST: Final = 0.005  # of the variance: nobody chooses by less
SURE: Final = 3.19  # normal deviates: one-sided 0.0007, for seven decisions at once 0.005


@dataclass(frozen=True, slots=True)
class NumberEffect:
    """One number: its rank correlation with the reward among equals in cost, -1 to 1."""

    name: str
    agreement: Measured


@dataclass(frozen=True, slots=True)
class DecisionEffect:
    """A group of numbers that tell of one decision.

    Args:
        alone: share of the reward's variance that they explain.
        beyond_cost: share that they explain of it in addition to multiply-adds and parameters.
        least: share beyond cost that all seven decisions exceed at once with 99.5 %.
        numbers: each of them, the strongest first; those that are constant are left out.
    """

    name: str
    alone: Measured
    beyond_cost: Measured
    least: float
    numbers: tuple[NumberEffect, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether they explain more than half a per cent beyond cost, of which `least` is sure.

        It asks for more than the 95 % interval does, as seven decisions are looked at.
        """
        return "matters" if self.least > LEAST else "not resolved"


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What is known of n things: candidates, or steps from a parent to a child.

    Args:
        rewards: `[n]`; of a step its gain.
        numbers: `[n, p]`; of a step their differences.
        cost: `[n, c]`, functions of multiply-adds and parameters.
        baseline: `[n, b]`, what else the reward depends on that is no decision; may be empty.
        clusters: `[n]`; those of one cluster are not independent.
    """

    rewards: Array
    numbers: Array
    cost: Array
    baseline: Array
    clusters: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Effects:
    """Shares of the variance that the baseline leaves, each with its 95 % interval.

    Args:
        cost: what multiply-adds and parameters explain, with squares and product.
        everything: cost and all decisions together; luck and what no number tells is the rest.
        decisions: in the order in which they were given.
    """

    cost: Measured
    everything: Measured
    decisions: tuple[DecisionEffect, ...]


def decision_effects(seen: Observed, groups: Mapping[str, Sequence[str]]) -> Effects:
    """Of groups of numbers; `groups` has the names of the columns of `seen.numbers`, in order."""
    whole = fit(seen.baseline, seen.rewards)
    priced = np.hstack([seen.baseline, seen.cost])
    beyond = fit(priced, seen.rewards)

    def share(base: Fit, numbers: Array) -> Explained | Unmeasured:
        return explained(whole, base, numbers, seen.clusters)

    decisions = []
    first = 0
    for name, names in groups.items():
        columns = seen.numbers[:, first : first + len(names)]
        first += len(names)
        found = share(beyond, columns)
        decisions.append(
            DecisionEffect(
                name=name,
                alone=_measured(share(whole, columns)),
                beyond_cost=_measured(found),
                least=found.bound(SURE) if isinstance(found, Explained) else 0.0,
                numbers=_numbers(names, columns, priced, seen.rewards),
            )
        )
    everything = np.hstack([seen.cost, seen.numbers])
    return Effects(
        _measured(share(whole, seen.cost)), _measured(share(whole, everything)), tuple(decisions)
    )


def _measured(found: Explained | Unmeasured) -> Measured:
    return found.estimate if isinstance(found, Explained) else found


def _numbers(
    names: Sequence[str], columns: Array, priced: Array, rewards: Array
) -> tuple[NumberEffect, ...]:
    """Spearman's rho of what the ranks of cost and baseline leave of the ranks of both."""
    varying = columns.std(0) > 0
    of = np.column_stack([_ranked(columns[:, varying]), ranks(rewards.tolist())])
    given = np.column_stack([np.ones(len(rewards)), _ranked(priced)])
    left = of - given @ np.linalg.lstsq(given, of, rcond=None)[0]
    found = [
        NumberEffect(name, rank_agreement(column.tolist(), left[:, -1].tolist()))
        for name, column in zip(np.array(names)[varying].tolist(), left.T, strict=False)
    ]
    return tuple(sorted(found, key=lambda one: -_strength(one.agreement)))


def _ranked(columns: Array) -> Array:
    found = [ranks(column.tolist()) for column in columns.T]
    return np.column_stack(found) if found else np.zeros((len(columns), 0))


def _strength(agreement: Measured) -> float:
    return abs(agreement.value) if isinstance(agreement, Estimate) else -1.0
