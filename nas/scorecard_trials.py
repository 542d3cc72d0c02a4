"""The trials that the landscape `measured` is fitted to."""

from collections.abc import Sequence
from pathlib import Path

from nas.comparable_runs import COMPARED, first_difference
from nas.errors import UsageError
from nas.space_source import find_space
from nas.stored_config import stored_config
from results import Trial, TrialStore
from search_space import InvalidGenotype, SearchSpace

OBJECTIVE = ("search.objective", "search.objective_options")  # what made the rewards


def measured_trials(runs: Sequence[str], space: str) -> list[Trial]:
    """Every trial with a reward of these runs.

    Raises:
        UsageError: runs whose rewards do not compare, or networks that are no members of the space.
        NotARun and its kin: no run.
    """
    members = find_space(space)
    trials: list[Trial] = []
    configs = {}
    for run in runs:
        with TrialStore.open_read_only(Path(run)) as store:
            configs[run] = stored_config(store, Path(run))
            found = [trial for trial in store.trials() if trial.reward is not None]
        difference = first_difference(configs[run], configs[runs[0]], OBJECTIVE)
        if difference is not None:
            name, here, there = difference
            raise UsageError(
                f"--runs {','.join(runs)}: {name} is {there!r} in {runs[0]} and {here!r} in {run}, "
                f"so their rewards do not compare: name runs that share {', '.join(COMPARED)} and "
                "the objective"
            )
        _check_members(found, members, run, space)
        trials += found
    return trials


def _check_members(trials: Sequence[Trial], members: SearchSpace, run: str, space: str) -> None:
    outside = [trial.number for trial in trials if not _is_member(trial, members)]
    if outside:
        raise UsageError(
            f"--runs {run}: {len(outside)} of {len(trials)} trials, as {outside[0]}, are no "
            f"members of the space {space}: --space {run} is the run's own"
        )


def _is_member(trial: Trial, members: SearchSpace) -> bool:
    try:
        members.encode(trial.architecture)
    except InvalidGenotype:
        return False
    return True
