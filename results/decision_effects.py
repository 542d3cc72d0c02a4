"""Which decisions about an architecture a reward depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from results.estimate import Estimate, Measured
from results.explained import left_out_errors, random_folds, share_explained
from results.rank_agreement import rank_agreement, ranks

Array = NDArray[np.float64]
Verdict = Literal["matters", "not resolved"]

LEAST: Final = 0.005  # of the variance: nobody chooses by less
COST: Final = ("multiply-adds", "parameters")


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
        numbers: each of them, the strongest first; those that are constant are left out.
    """

    name: str
    alone: Measured
    beyond_cost: Measured
    numbers: tuple[NumberEffect, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether they explain more than half a per cent beyond cost, by its 95 % interval."""
        found = self.beyond_cost
        resolved = isinstance(found, Estimate) and found.low > LEAST
        return "matters" if resolved else "not resolved"


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
    """Of groups of numbers; `groups` has the names of the columns of `seen.numbers`, in order.

    The same things have the same figures, in any order of the groups.
    """
    folds = random_folds(seen.clusters, np.random.Generator(np.random.PCG64(0)))
    priced = np.hstack([seen.baseline, seen.cost])
    by_cost = left_out_errors(seen.baseline, seen.cost, seen.rewards, folds)
    whole = by_cost.without
    everything = np.hstack([seen.cost, seen.numbers])
    of_all = left_out_errors(seen.baseline, everything, seen.rewards, folds)
    decisions = []
    first = 0
    for name, names in groups.items():
        columns = seen.numbers[:, first : first + len(names)]
        first += len(names)
        alone = left_out_errors(seen.baseline, columns, seen.rewards, folds)
        beyond = left_out_errors(priced, columns, seen.rewards, folds)
        decisions.append(
            DecisionEffect(
                name,
                share_explained(alone, whole),
                share_explained(beyond, whole),
                _numbers(names, columns, priced, seen.rewards),
            )
        )
    return Effects(
        share_explained(by_cost, whole), share_explained(of_all, whole), tuple(decisions)
    )


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
