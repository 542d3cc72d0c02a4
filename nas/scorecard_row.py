"""One line of a scorecard: a controller on a family of landscapes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nas.scorecard_baseline import Baseline
from nas.scorecard_run import ScorecardRun
from nas.scorecard_statistics import (
    CONFIDENCE,
    OVERTIME,
    at_least,
    mean_interval,
    median_interval,
    ratio,
    thinned,
)
from results.estimate import Estimate

Array = NDArray[np.float64]

SIGNIFICANCE = 1 - CONFIDENCE


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """What a controller did on the landscapes of one family, one of each seed.

    Args:
        ratio: median over seeds of `budget / evaluations until the best reward so far reaches the
            goal`. The goal of a landscape is the median, over random searches, of the best reward
            at the budget. Runs that do not reach it in 1.25 budgets count as 0.8, an upper bound.
        ratios: those of the seeds, in their order.
        unreached: how many of them are such bounds.
        evaluations: median until the goal; unreached ones count as 1.25 budgets, a lower bound.
        regret: mean over seeds of the best noiseless value that any controller of this scorecard
            evaluated on the landscape, less that of the candidate with the best reward, at the
            budget. In the landscape's unit: standard deviations between uniform members.
        hypervolume: median over seeds, in that of random searches on the same landscape, of the
            hypervolume of rewards and multiply-adds at the budget. 1 where those cover nothing, as
            on a flat landscape without noise.
        curve_evaluations: [points], at most the budget.
        curve: [3, points]: mean over seeds of the noiseless value of the candidate with the best
            reward so far; low and high.
        cpu_ms_per_proposal: in `propose` and `observe`. Depends on the machine.
        gain: whether it claims to save evaluations: more ratios are above 1 than a controller
            without a gain has in 5 % of scorecards, counting all controllers of this one (sign
            test, Bonferroni).
        behind: reference controllers of a larger median ratio.
        loses_to: those of them that are ahead on more landscapes than chance explains at 5 %
            (sign test of the pairs).
    """

    controller: str
    landscape: str
    ratio: Estimate
    ratios: tuple[float, ...]
    unreached: int
    evaluations: float
    regret: Estimate
    hypervolume: Estimate
    curve_evaluations: NDArray[np.int64]
    curve: Array
    cpu_ms_per_proposal: float
    gain: bool = False
    behind: tuple[str, ...] = ()
    loses_to: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        figures = {
            "ratio": self.ratio,
            "regret": self.regret,
            "hypervolume": self.hypervolume,
        }
        flat: dict[str, object] = {"controller": self.controller, "landscape": self.landscape}
        for name, estimate in figures.items():
            flat |= {name: estimate.value, f"{name}_low": estimate.low}
            flat[f"{name}_high"] = estimate.high
        mean, low, high = self.curve.tolist()
        return {
            **flat,
            "gain": self.gain,
            "unreached": self.unreached,
            "evaluations": self.evaluations,
            "behind": list(self.behind),
            "loses_to": list(self.loses_to),
            "cpu_ms_per_proposal": self.cpu_ms_per_proposal,
            "ratios": list(self.ratios),
            "curve": {
                "evaluations": self.curve_evaluations.tolist(),
                "value": mean,
                "value_low": low,
                "value_high": high,
            },
        }


def make_row(
    controller: str,
    landscape: str,
    runs: Sequence[ScorecardRun],
    baselines: Sequence[Baseline],
    best_values: Sequence[float],
    budget: int,
) -> ScorecardRow:
    """From the runs of all seeds, with the baseline and the best known value of each."""
    ratios = np.array([ratio(budget, run.evaluations) for run in runs])
    grid = thinned(budget)
    # A run that ended early keeps its incumbent.
    curves = np.array([run.incumbents[np.minimum(grid, len(run.incumbents)) - 1] for run in runs])
    regrets = np.array(best_values) - curves[:, -1]
    covered = [
        run.hypervolume / baseline.hypervolume if baseline.hypervolume else 1.0
        for run, baseline in zip(runs, baselines, strict=True)
    ]
    evaluations = [run.evaluations or OVERTIME * budget for run in runs]
    cpu_seconds = sum(run.cpu_seconds for run in runs)
    return ScorecardRow(
        controller=controller,
        landscape=landscape,
        ratio=_median(ratios),
        ratios=tuple(ratios.tolist()),
        unreached=sum(run.evaluations is None for run in runs),
        evaluations=float(np.median(evaluations)),
        regret=Estimate(float(regrets.mean()), *_bounds(mean_interval(regrets))),
        hypervolume=_median(np.array(covered)),
        curve_evaluations=grid,
        curve=np.stack([curves.mean(axis=0), *mean_interval(curves)]),
        cpu_ms_per_proposal=1000 * cpu_seconds / sum(run.proposals for run in runs),
    )


def compared(rows: Sequence[ScorecardRow], references: Sequence[str]) -> list[ScorecardRow]:
    """The rows with what they claim and whom they lose to, best first in each family."""
    families = list(dict.fromkeys(row.landscape for row in rows))
    ordered = sorted(rows, key=lambda row: (families.index(row.landscape), -row.ratio.value))
    found = []
    for row in ordered:
        peers = [other for other in ordered if other.landscape == row.landscape]
        theirs = [r for r in peers if r.controller in references and row.controller != r.controller]
        ahead = [r for r in theirs if r.ratio.value > row.ratio.value]
        beaten = [r for r in ahead if _often_above(r.ratios, row.ratios, SIGNIFICANCE)]
        marks = replace(
            row,
            gain=_often_above(row.ratios, (1.0,) * len(row.ratios), SIGNIFICANCE / len(peers)),
            behind=tuple(r.controller for r in ahead),
            loses_to=tuple(r.controller for r in beaten),
        )
        ours = row.controller not in references
        found.append(marks if ours else replace(marks, behind=(), loses_to=()))
    return found


def _often_above(first: Sequence[float], second: Sequence[float], chance: float) -> bool:
    """Whether the first is above the second more often than by chance; ties are left out."""
    signs = [a > b for a, b in zip(first, second, strict=True) if a != b]
    return at_least(sum(signs), len(signs)) <= chance


def _median(values: Array) -> Estimate:
    return Estimate(float(np.median(values)), *median_interval(values.tolist()))


def _bounds(found: tuple[Array, Array]) -> tuple[float, float]:
    low, high = found
    return float(low), float(high)
