"""The run of further trainings for spinebench: planned once, gone on with until it is done."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nas.comparable_runs import COMPARED, first_difference
from nas.config import Config
from nas.config_file import write_planned_config
from nas.config_source import check_config
from nas.errors import UsageError
from nas.planned_store import planned_store
from nas.planned_study import PlannedStudy
from nas.run_directory import GATHERED, refuse_planned
from nas.search import planned_trials
from nas.spinebench_plan import GatherSize, long_fidelity, make_plan, plan_as_dict, plan_from_dict
from nas.stored_config import stored_config
from nas.study import trial_seed
from proxy_tasks.recipe import Fidelity
from results import NotARun, Trial, TrialStore

STREAM = 0x5350494E  # of seeds that no search has
OF_REWARDS = ("search.objective", "search.objective_options", "space.preset")


@contextmanager
def spinebench_run(
    runs: Sequence[Path], directory: Path, size: GatherSize, changes: Mapping[str, Any]
) -> Iterator[tuple[PlannedStudy, Iterator[Trial]]]:
    """What is trained besides the searches `runs`, and these trainings as they finish.

    What to train is decided when `directory` is made, and kept there: stopped at any moment, the
    same call goes on. changes: settings of [search] that no training depends on, such as `pump`.

    Raises UsageError, NotARun and its kin.
    """
    from nas.compose import make_cost, make_objective
    from nas.data_progress import data_progress

    asked = _asked(runs, size)
    with planned_store(directory, lambda: _meta(runs, size), "another --output") as store:
        _check_asked(store, directory, asked)
        config = _changed(stored_config(store, directory), changes)
        with data_progress() as progress:
            cost, objective = make_cost(config, progress), make_objective(config)
        write_planned_config(directory, config)
        study = PlannedStudy(
            plan=plan_from_dict(gathered(store, directory)["plan"]),
            seed=trial_seed(config.search.seed, STREAM),
            store=store,
            objective=objective,
            cost=cost,
            attempts=config.failures.attempts,
        )
        with planned_trials(config, study) as trials:
            yield study, trials


def gathered(store: TrialStore, directory: Path) -> dict[str, Any]:
    """`runs`, `size` and `plan` of a directory. Raises NotARun for one of another kind."""
    try:
        document: dict[str, Any] = json.loads(store.meta()[GATHERED])
    except (KeyError, ValueError):
        raise NotARun(
            f"{directory} was not made by benchmarks/spinebench.py gather: give another --output"
        ) from None
    return document


def read_searches(runs: Sequence[Path]) -> tuple[Config, list[Trial]]:
    """The trials of searches of one protocol, at its fidelity, and the first one's config.

    Raises UsageError for runs that differ in what a reward depends on, that are no searches or
    that have not ended.
    """
    configs: list[Config] = []
    trials: list[Trial] = []
    for run in runs:
        with TrialStore.open_read_only(run) as store:
            refuse_planned(store, run)
            config = stored_config(store, run)
            if (ended := store.candidates(ended=True)) < config.search.trials:
                raise UsageError(
                    f"{run} has {ended} of {config.search.trials} trials: gather when it has ended"
                )
            trials += store.trials()
        check_one_protocol(configs[0] if configs else config, config, runs[0], run)
        configs.append(config)
    if not configs:
        raise UsageError("no run: name the searches whose networks are trained again")
    fidelity = configs[0].fidelity.canonical()
    return configs[0], [trial for trial in trials if trial.fidelity == fidelity]


def check_one_protocol(first: Config, config: Config, named: Path, run: Path) -> None:
    """Raises UsageError where the rewards of two runs do not compare."""
    difference = first_difference(config, first, OF_REWARDS)
    if difference is not None:
        name, here, there = difference
        raise UsageError(
            f"{name} is {there!r} in {named} and {here!r} in {run}: give runs that share "
            f"{', '.join(COMPARED)}, the objective and the space"
        )


def _asked(runs: Sequence[Path], size: GatherSize) -> dict[str, Any]:
    """What a directory is begun with, for JSON. Raises UsageError for a run that is there twice."""
    places = [str(run.resolve()) for run in runs]
    if len(set(places)) < len(places):
        raise UsageError(f"{' '.join(map(str, runs))}: give each run once")
    return {"runs": places, "size": size.as_dict()}


def _meta(runs: Sequence[Path], size: GatherSize) -> dict[str, str]:
    config, trials = read_searches(runs)
    plan = plan_as_dict(make_plan(trials, config, size))
    document = {**_asked(runs, size), "plan": plan}
    return {"config": json.dumps(_whole(config).as_dict()), GATHERED: json.dumps(document)}


def _check_asked(store: TrialStore, directory: Path, asked: Mapping[str, Any]) -> None:
    begun = gathered(store, directory)
    for name, value in asked.items():
        if begun[name] != value:
            raise UsageError(
                f"{directory} was begun with {name} {begun[name]}, not {value}: give the same, or "
                "another --output"
            )


def _whole(config: Config) -> Config:
    """The config of the first search, with the longer trainings' curves going on to their end."""
    document = config.as_dict()
    step, last = config.fidelity.last_step, Fidelity.from_canonical(long_fidelity(config)).last_step
    steps = {*config.evaluation.at_steps}
    while config.evaluation.at_steps and step < last:
        steps.add(step)
        step *= 2
    document["evaluation"]["at_steps"] = sorted(steps)
    document["halving"]["rungs"] = []
    document["track"] = {}
    return check_config(document, "config of the searches")


def _changed(config: Config, changes: Mapping[str, Any]) -> Config:
    document = config.as_dict()
    document["search"] |= changes
    return check_config(document, "command line")
