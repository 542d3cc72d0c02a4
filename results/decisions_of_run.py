"""Which decisions about an architecture mattered in a run.

Candidates that a search bred cannot be taken for a sample: relatives share their rewards and all
their ancestors had, so that what has no effect seems to have one (in 30 of 30 simulated searches).
Hence two designs: uniform candidates, and steps from a parent to its mutant, as a mutation is drawn
without a look at rewards (in the spirit of Felsenstein's contrasts, American Naturalist 1985).

What a share is a share of: of candidates, of the variance of rewards in the whole space; of steps,
of the variance of gains among all the mutants that the parents of this run could have had, each as
often as it had, by what the parent's reward leaves. Another evolution has other parents and so
another share: for detail loss, 31 % with an SD of 12 % between 60 evolutions of 150. No interval of
one run can hold the mean of all evolutions; those of ridge regression, read so, did in 57 to 80 %.
All are of the best linear rule, and "beyond cost" is beyond one that is quadratic in the logarithms
of multiply-adds and parameters.

Simulated (`benchmarks/decisions.py --repeats 200 --evolutions 40`, seeds from 0, 2 cores of a
shared machine, 2026-11-22): coverage of intervals of 90 and 95 % of the shares beyond cost, mean
and worst of the seven decisions (standard error of one: 2 % of candidates, 5 % of steps); how often
at least one decision "matters" that explains less than half a per cent; and how often one does that
explains more than a tenth. Evolutions with a population of 30 and tournaments of 8.

    reward                        design      n     90 %     95 %     false    found
    noise                         candidates  40    96, 94   99, 96   0 %
    multiply-adds, S-shaped       candidates  40    88, 86   93, 90   0 %
    detail loss                   candidates  40    91, 88   94, 90   0 %      30 %
    tied to cost                  candidates  40    90, 86   96, 93   0 %      26 %
    noise                         candidates  100   95, 91   97, 96   0 %
    multiply-adds, S-shaped       candidates  100   88, 84   94, 92   0 %
    detail loss                   candidates  100   89, 86   94, 92   0 %      59 %
    of several, noise t(4)        candidates  100   91, 88   96, 93   0 %      53 %
    detail loss                   candidates  400   91, 90   96, 94   0 %      100 %
    of several                    candidates  400   90, 88   94, 92   0 %      100 %
    noise                         steps       150   95, 90   98, 95   0 %
    inherited, of no decision     steps       150   93, 90   96, 90   0 %
    multiply-adds, S-shaped       steps       150   90, 88   94, 90   0 %
    detail loss                   steps       150   89, 80   94, 90   0 %      36 %
    of several                    steps       150   88, 72   92, 72   0 %      50 %

Rows left out are alike (candidates: mean 88 to 94, worst 84, false at most 0.5 %). The constants of
`results/explained.py` were chosen with a look at all of these rewards but "of several" in steps.
That is where an interval is not honest: of detail loss in 80 evolutions of 150, 81 % of those of
90 and of 95 % held the share, and 17 % were below it. Few mutations lose detail, and who drew
hardly any cannot know what it missed: what explains little there may explain more.
Of "everything" the intervals of 100 things and fewer are too wide. Decisions are tied to one
another: what matters may matter by another that it goes with. Of single numbers without effect 3 to
6 % have an interval without 0, 15 % of 1,000 steps with an S-shaped effect of cost.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.decision_effects import Effects, decision_effects
from results.estimate import Unmeasured
from results.lineage_frame import lineage
from results.observed_decisions import of_candidates, of_steps
from results.several_runs import Run, opened
from results.trial_store import TrialStore
from results.trial_table import TrialTable, whole_table
from results.uniform_candidates import uniform_candidates
from search_space.traits import TRAITS

Places = NDArray[np.int64]
Design = Literal["candidates", "steps"]

FEWEST: Final = 40  # things: with fewer hardly anything shows, and chance shows more often
MOST: Final = 4000  # more take longer and tell no more


@dataclass(frozen=True, slots=True)
class Decisions:
    """Which decisions mattered in a run.

    Args:
        effects: of the groups of `search_space.traits.TRAITS`.
        design: `candidates`, those that are uniform; or `steps`, the gain of a child over its
            parent by what the mutation changed.
        things: how many of these were looked at, of so many that `there` are.
        steps: of training behind each reward; None where that is not known.
    """

    effects: Effects
    design: Design
    things: int
    there: int
    steps: int | None


def decisions(run: Run) -> Decisions | Unmeasured:
    """From a run's uniform candidates or from its steps, whichever are more; the last 4,000.

    Rewards are of the training that most candidates have had. Unmeasured where the run has fewer
    than 40 of both, as that of a controller that neither draws uniformly nor tells parents.

    Raises NotARun, StoreDamaged.
    """
    with opened(run) as store, store.snapshot():
        uniform = uniform_candidates(store)
        rows, steps = _rewarded(whole_table(store))
        place = {number: place for place, number in enumerate(rows["candidate"])}
        chosen = np.array(
            [] if isinstance(uniform, Unmeasured) else [place[n] for n in uniform if n in place],
            np.int64,
        )
        edges = _single_parents(store, place)
        if max(len(chosen), len(edges)) < FEWEST:
            if isinstance(uniform, Unmeasured) and not len(edges):
                return uniform
            return Unmeasured(
                f"{len(chosen)} uniform candidates and {len(edges)} mutations have a reward: it "
                f"takes {FEWEST}"
            )
        if len(edges) > len(chosen):
            return Decisions(_of_edges(store, rows, edges[-MOST:]), "steps", *_many(edges), steps)
        found = _of_uniform(store, rows.iloc[chosen[-MOST:]])
        return Decisions(found, "candidates", *_many(chosen), steps)


def _many(things: Places) -> tuple[int, int]:
    return min(len(things), MOST), len(things)


def _rewarded(table: TrialTable) -> tuple[pd.DataFrame, int | None]:
    """Candidates after the training that most have a reward of, and its steps."""
    frame = table.frame.assign(candidate=table.candidates(), steps=table.frame["steps"].fillna(0))
    rows = frame[frame["reward"].notna() & frame["params"].gt(0) & frame["madds"].gt(0)]
    counts = rows.groupby("steps").size()
    if counts.empty:
        return rows, None
    steps = int(max(counts.index[counts == counts.max()]))
    rows = rows[rows["steps"] == steps].drop_duplicates("candidate")
    return rows.reset_index(drop=True), steps or None


def _single_parents(store: TrialStore, place: dict[int, int]) -> Places:
    """Child and parent of every mutation whose rewards are known: [n, 2]."""
    frame = lineage(store)
    frame = frame[~frame["child"].duplicated(keep=False)]
    known = frame[frame["child"].isin(place.keys()) & frame["parent"].isin(place.keys())]
    pairs = zip(known["child"], known["parent"], strict=True)
    found = [(place[child], place[parent]) for child, parent in pairs]
    return np.array(found, np.int64).reshape(-1, 2)


def _of_uniform(store: TrialStore, rows: pd.DataFrame) -> Effects:
    built = store.architectures(rows["trial"])
    clusters = pd.factorize(rows["key"])[0].astype(np.int64)
    architectures = [built[number] for number in rows["trial"]]
    seen = of_candidates(architectures, *_costs_and_rewards(rows), clusters)
    return decision_effects(seen, TRAITS)


def _of_edges(store: TrialStore, rows: pd.DataFrame, edges: Places) -> Effects:
    needed, places = np.unique(edges, return_inverse=True)
    rows = rows.iloc[needed]
    built = store.architectures(rows["trial"])
    architectures = [built[number] for number in rows["trial"]]
    seen = of_steps(architectures, *_costs_and_rewards(rows), places.reshape(edges.shape))
    return decision_effects(seen, TRAITS)


def _costs_and_rewards(
    rows: pd.DataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return rows[["madds", "params"]].to_numpy(np.float64), rows["reward"].to_numpy(np.float64)
