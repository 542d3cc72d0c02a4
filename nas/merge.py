"""One run of the finished trials of several."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from nas.changed_config import changed_config
from nas.comparable_runs import COMPARED, first_difference
from nas.config import LIMITS, Config
from nas.config_source import check_config
from nas.errors import UsageError
from nas.merged_trials import merged_trials
from nas.run_directory import create_run, refuse_occupied, refuse_planned
from nas.space_source import make_space
from nas.stored_config import stored_config
from results import Trial, TrialStore

# What the rewards and the rungs of a run depend on, besides COMPARED.
FIELDS = (
    "search.objective", "search.objective_options", "halving.rungs", "halving.reduction",
    *(f"space.{limit}" for limit in LIMITS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merge:
    """How many evaluations there are, in how many finished trials, and of what budget."""

    kept: int
    found: int
    candidates: int
    budget: int


def merge_runs(runs: Sequence[Path], directory: Path, overrides: Mapping[str, str]) -> Merge:
    """A new run with every evaluation of `runs` once; they are only read.

    Evaluations are told apart by key, fidelity and seed. Which of two equal ones stays, the order
    and the numbers follow from the trials, so not from the order of `runs`. The config is that of
    the run with most finished trials, without its warm start, with the largest budget and then
    with `overrides` (texts by dotted name). Raises UsageError for runs that do not compare, a run
    of `nas doctor`, a directory that holds something, or nothing to merge; NotARun and its kin.
    """
    refuse_occupied(directory, "another name")
    configs: list[Config] = []
    finished: list[tuple[str, list[Trial]]] = []
    for run in runs:
        with TrialStore.open_read_only(run) as store, store.snapshot():
            refuse_planned(store, run)
            configs.append(stored_config(store, run))
            _check_comparable(configs[0], configs[-1], runs[0], run)
            finished.append((str(run.absolute()), store.finished()))
    counts = [len(trials) for _, trials in finished]
    if not any(counts):
        raise UsageError(f"no finished trial in {', '.join(map(str, runs))}: nothing to merge")
    imported = merged_trials(finished)
    candidates = sum(one.trial.continues is None for one in imported)
    config = _config(configs, counts, candidates, overrides)
    create_run(directory, config, imported=imported).close()
    return Merge(len(imported), sum(counts), candidates, config.search.trials)


def _config(
    configs: Sequence[Config], trials: Sequence[int], candidates: int, overrides: Mapping[str, str]
) -> Config:
    texts = [json.dumps(config.as_dict(), sort_keys=True) for config in configs]
    chosen = min(range(len(configs)), key=lambda place: (-trials[place], texts[place]))
    document = configs[chosen].as_dict()
    document["search"]["warm_start"] = []
    document["search"]["trials"] = max(candidates, *(one.search.trials for one in configs))
    where = "config of the merge"
    return changed_config(check_config(document, where), overrides, where, candidates)


def _check_comparable(ours: Config, theirs: Config, first: Path, run: Path) -> None:
    difference = _of_spaces(ours, theirs) or first_difference(ours, theirs, FIELDS)
    if difference is not None:
        name, here, there = difference
        raise UsageError(
            f"{first} and {run} cannot be merged: {name} is {here!r} there and {there!r} here; "
            f"merge runs that share space, objective, halving, {', '.join(COMPARED)}"
        )


def _of_spaces(ours: Config, theirs: Config) -> tuple[str, Any, Any] | None:
    """Like `first_difference`, of what the spaces are, not of how the configs put it."""
    one, other = make_space(ours), make_space(theirs)
    presets = ours.space.preset, theirs.space.preset
    if one != other and presets[0] != presets[1]:
        return "space.preset", *presets
    for field in fields(one):
        here, there = getattr(one, field.name), getattr(other, field.name)
        if here != there:
            return f"space.{field.name}", _plain(here), _plain(there)
    return None


def _plain(value: Any) -> Any:  # noqa: ANN401 - of any field of a space
    return dict(value) if isinstance(value, Mapping) else value
