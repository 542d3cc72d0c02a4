"""Continue a search with another controller: a new run that begins with what the old one found."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nas.changed_config import changed_config
from nas.run_directory import create_run, refuse_occupied, refuse_planned
from nas.stored_config import stored_config
from nas.warm_start import stored_warm_start
from results import TrialStatus, TrialStore
from results.imported_trial import ImportedTrial


@dataclass(frozen=True, slots=True)
class Fork:
    """What became of a run's trials, and the candidates that there are of the new budget."""

    taken: int
    left: int  # those that were running
    candidates: int
    budget: int


def fork_run(run: Path, directory: Path, overrides: Mapping[str, str]) -> Fork:
    """A new run with the finished trials of another, their numbers and their order.

    Its controller, made of the config with `overrides` (texts by dotted name), observes all of
    them before its first proposal. `run` is only read; what it was told of other runs, the new one
    is told too. Raises UsageError for an override that rewards depend on, a run of `nas doctor`, or
    a directory that holds something; NotARun and its kin.
    """
    refuse_occupied(directory, "another name")
    with TrialStore.open_read_only(run) as store, store.snapshot():
        refuse_planned(store, run)
        before = stored_config(store, run)
        finished, left = store.finished(), store.count(TrialStatus.RUNNING)
        warm = stored_warm_start(store)
    candidates = sum(trial.continues is None for trial in finished)
    config = changed_config(before, overrides, f"config of {run}", candidates)
    source = run.absolute()
    imported = [ImportedTrial(trial, f"trial {trial.number} of {source}") for trial in finished]
    create_run(directory, config, warm, imported).close()
    return Fork(len(finished), left, candidates, config.search.trials)
