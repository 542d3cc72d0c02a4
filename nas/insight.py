"""What made a run's best good, and what to believe of that: small tables with a sentence each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from nas.errors import UsageError
from results import (
    Noise,
    TrialStore,
    ancestors,
    baseline_standings,
    beliefs,
    best_so_far,
    chance,
    decisions,
    failure_kinds,
    rung_agreement,
)
from results.ancestor_chain import Generation
from results.beliefs_frame import winner
from results.estimate import Estimate, Measured, Unmeasured

GENERATIONS: Final = 12  # of ancestors, the latest
ROWS: Final = 10  # of baselines, pairs of rungs and kinds of failure
NUMBERS: Final = (1, 2, 5)  # of candidates, times powers of ten
WORDS: Final = 44  # letters of what changed, and of a message


@dataclass(frozen=True, slots=True, eq=False)
class Insight:
    """One question about a run: what `says` answers in a sentence, and its table.

    `rows` is empty where nothing is known; `says` then has the reason.
    """

    name: str
    says: str
    rows: pd.DataFrame


def insights(
    run: Path, noise: Noise | None = None, trial: int | None = None, only: str | None = None
) -> list[Insight]:
    """Of a run: chance, decisions, ancestors, rungs, baselines, failures; each a screen at most.

    All as of one moment. The ancestors are those of `trial`, by default of the network that
    `beliefs` have first. noise: of a training, measured elsewhere, beside the run's repeats; only:
    the name of one, and nothing else is computed. Raises UsageError, NotARun and its kin,
    UnknownTrial.
    """
    tables: dict[str, Callable[[TrialStore], Insight]] = {
        "chance": _chance,
        "decisions": _decisions,
        "ancestors": lambda store: _ancestors(store, trial, noise),
        "rungs": _rungs,
        "baselines": lambda store: _baselines(store, noise),
        "failures": _failures,
    }
    with TrialStore.open_read_only(run, part=True) as store, store.snapshot():
        if not store.count():
            raise UsageError(f"{run} has no trials yet: `nas resume` goes on with it")
        return [table(store) for name, table in tables.items() if only in (None, name)]


def _chance(store: TrialStore) -> Insight:
    seen, luck = best_so_far(store), chance(store)
    if isinstance(luck, Unmeasured):
        return _unknown("chance", luck)
    best = seen.set_index("observed")["best"]
    curve = luck.curve.rename(columns={"n": "candidates"})
    # Of all of them the best is what they had: no news.
    rounded = {n * 10**power for power in range(7) for n in NUMBERS} - {luck.candidates}
    rows = curve[curve["candidates"].isin(rounded)].reset_index(drop=True)
    rows.insert(1, "this run", best.reindex(rows["candidates"]).array)
    says = (
        "best reward after so many candidates: of this run, and of a new random search, with 90 % "
        f"intervals, by the {luck.candidates} uniform candidates that it "
    )
    if luck.candidates >= len(seen):
        return Insight("chance", f"{says}had", rows)
    more = f"more are needed to say what chance would have found by {len(seen)}"
    return Insight("chance", f"{says}began with; {more}", rows)


def _decisions(store: TrialStore) -> Insight:
    found = decisions(store)
    if isinstance(found, Unmeasured):
        return _unknown("decisions", found)
    things = (
        f"{found.things} "
        + {
            "steps": "steps from a parent to its mutant",
            "candidates": "uniform candidates",
        }[found.design]
    )
    shares = [("cost alone", "", found.effects.cost, "")]
    for one in sorted(found.effects.decisions, key=lambda one: -_value(one.beyond_cost)):
        strongest = one.numbers[0].name if one.numbers else ""
        shares.append((one.name, one.verdict, one.beyond_cost, strongest))
    rows = pd.DataFrame(
        [
            {"decision": name, "verdict": verdict, **_bounds(share), "strongest number": number}
            for name, verdict, share, number in shares
        ]
    )
    says = f"share of the variance of rewards that each explains beyond cost, of {things}"
    more = "`matters` asks for more: a bound of 99.5 % for all seven at once"
    return Insight("decisions", f"{says}; 95 % intervals; {more}", rows)


def _ancestors(store: TrialStore, trial: int | None, noise: Noise | None) -> Insight:
    if trial is None:
        trial = winner(beliefs(store, noise))
    if trial is None:
        return _unknown("ancestors", Unmeasured("no trial has a reward"))
    chain = ancestors(store, trial, noise, latest=GENERATIONS)
    rows = pd.DataFrame(
        [
            {
                "trial": one.trial,
                "reward": one.reward,
                "seeds": one.seeds,
                "gain": one.gain,
                "low": one.low,
                "high": one.high,
                "gained": _gained(one.resolved, one.gain),
                "what changed": one.summary[:WORDS],
            }
            for one in chain
        ]
    )
    if chain[-1].generation == 1:
        return Insight("ancestors", f"trial {trial} has no parents that the run tells of", rows)
    says = f"how trial {trial} came about, {_shown(chain)}"
    told = [one.resolved for one in chain if one.resolved is not None]
    if not told:
        missing = "what a seed changes is not known: `nas rerank`, or --noise"
        return Insight("ancestors", f"{says}; {missing}", rows)
    sure = f"{sum(told)} of {len(told)} gains are above or below the noise (95 %)"
    return Insight("ancestors", f"{says}; {sure}", rows)


def _shown(chain: Sequence[Generation]) -> str:
    if chain[0].generation == 1:
        return "oldest first"
    return (
        f"the last {len(chain)} of {chain[-1].generation} generations, oldest first: the first "
        "one's gain is over a parent that is not shown"
    )


def _gained(resolved: bool | None, gain: float | None) -> str:
    if resolved is None or gain is None:
        return ""
    return ("better" if gain > 0 else "worse") if resolved else "within noise"


def _rungs(store: TrialStore) -> Insight:
    rows = rung_agreement(store).head(ROWS)
    if not len(rows):
        return _unknown("rungs", Unmeasured("all candidates trained equally long"))
    return Insight("rungs", "rank agreement of a shorter training with a longer one; 95 %", rows)


def _baselines(store: TrialStore, noise: Noise | None) -> Insight:
    names = ["name", "seeds", "mean", "error", "above", "candidates", "params", "madds"]
    rows = baseline_standings(store, noise)[names].head(ROWS)
    if not len(rows):
        return _unknown("baselines", Unmeasured("none was trained: `nas baselines` does"))
    return Insight("baselines", "by the run's protocol; so many candidates are `above`", rows)


def _failures(store: TrialStore) -> Insight:
    rows = failure_kinds(store).head(ROWS)
    rows = rows.assign(message=rows["message"].str.slice(0, WORDS))
    if not len(rows):
        return Insight("failures", "none", rows)
    return Insight("failures", "by kind, of the trials that have ended", rows)


def _unknown(name: str, why: Unmeasured) -> Insight:
    return Insight(name, f"not known: {why.reason}", pd.DataFrame())


def _value(share: Measured) -> float:
    return share.value if isinstance(share, Estimate) else -1.0


def _bounds(share: Measured) -> dict[str, float | None]:
    if isinstance(share, Estimate):
        return {"share": share.value, "low": share.low, "high": share.high}
    return {"share": None, "low": None, "high": None}
