"""What the charts of a report show, with the sentence that says it in words."""

from typing import Final

from results.ancestor_chain import Generation, ancestors
from results.best_so_far_frame import best_so_far
from results.chance_frame import chance
from results.decision_effects import DecisionEffect
from results.decisions_of_run import decisions
from results.estimate import Unmeasured
from results.failure_frame import failure_kinds
from results.noise import Noise
from results.report_cells import Json, figure, figures, interval
from results.report_drawing import packed
from results.rung_frame import rung_agreement
from results.trial_store import TrialStore

GENERATIONS: Final = 200  # of the winner's family
MEASURED: Final = ("generation", "reward", "seeds", "steps", "gain", "low", "high")


def progress(store: TrialStore) -> Json:
    """Best so far, where it changes, against the best of as many random candidates."""
    frame = best_so_far(store)
    before = frame["best_trial"].shift(fill_value=-1)  # of the first result: no trial
    changes = frame[frame["best_trial"].notna() & frame["best_trial"].ne(before).fillna(True)]
    found: Json = {
        **{name: figures(changes[name]) for name in ("observed", "best", "best_trial")},
        "results": len(frame),
    }
    luck = chance(store)
    if isinstance(luck, Unmeasured):
        return found | {"unknown": luck.reason}
    names = ("n", "expected", "low", "high")
    curve = {name: figures(luck.curve[name]) for name in names}
    return found | {"chance": curve, "random": luck.candidates == len(frame)}


def decision_shares(store: TrialStore) -> Json:
    """Which decisions matter beyond cost, the largest share first."""
    found = decisions(store)
    if isinstance(found, Unmeasured):
        return {"unknown": found.reason}
    shares = [_decision(one) for one in found.effects.decisions]
    shares.sort(key=lambda one: -_size(one["share"]))
    return {
        "design": found.design,
        "things": found.things,
        "there": found.there,
        "steps": found.steps,
        "cost": interval(found.effects.cost),
        "everything": interval(found.effects.everything),
        "decisions": shares,
    }


def rungs(store: TrialStore) -> list[Json]:
    """How far short trainings order candidates as long ones do."""
    rows = rung_agreement(store).to_dict(orient="records")
    names = ("steps", "of", "candidates", "begun", "rho", "low", "high")
    return [
        {name: figure(row[name]) for name in names}
        | {"truncated": bool(row["truncated"])}
        | ({"unknown": str(row["unknown"])} if isinstance(row["unknown"], str) else {})
        for row in rows
    ]


def family(store: TrialStore, trial: int, noise: Noise | None) -> list[Json]:
    """The last ancestors of a trial's candidate, oldest first, and itself."""
    chain = ancestors(store, trial, noise, GENERATIONS)
    built = store.architectures(one.trial for one in chain)
    return [_generation(one) | {"drawing": packed(built[int(one.trial)])} for one in chain]


def failures(store: TrialStore) -> list[Json]:
    """How many trials failed, of what, the most frequent first."""
    frame = failure_kinds(store)
    return [
        {name: figure(row[name]) for name in ("trials", "share", "alike", "trial")}
        | {name: str(row[name])[:400] for name in ("kind", "message")}
        for row in frame.to_dict(orient="records")
    ]


def _decision(one: DecisionEffect) -> Json:
    numbers = [{"name": n.name, **interval(n.agreement)} for n in one.numbers[:3]]
    return {
        "name": one.name,
        "verdict": one.verdict,
        "share": interval(one.beyond_cost),
        "alone": interval(one.alone),
        "numbers": numbers,
    }


def _size(share: object) -> float:
    value = share.get("value") if isinstance(share, dict) else None
    return -1.0 if value is None else float(value)


def _generation(one: Generation) -> Json:
    return {
        "trial": int(one.trial),
        "parents": [int(parent) for parent in one.parents],
        **{name: figure(getattr(one, name)) for name in MEASURED},
        "resolved": None if one.resolved is None else bool(one.resolved),
        "summary": one.summary,
        "changes": list(one.changes[:12]),
    }
