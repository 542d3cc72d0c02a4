"""The run of `nas doctor`: found again by what was asked for, gone on with until it is done."""

import hashlib
import json
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from nas.config import Config
from nas.config_file import write_doctor_config
from nas.data_fingerprint import data_fingerprint
from nas.doctor_plan import make_sample, plan
from nas.doctor_report import check_reward
from nas.doctor_sample import Sample, SampleSize
from nas.errors import UsageError
from nas.planned_study import PlannedStudy
from nas.run_directory import DOCTOR, refuse_occupied
from nas.stored_config import stored_config
from nas.study import Metrics, Objective
from results import NotARun, Trial, TrialStatus, TrialStore
from results.store_file import RUN_FILE

# What neither the sample nor a training depends on.
OF_A_SEARCH = (
    "search.trials", "search.workers", "search.pump", "search.address", "search.warm_start"
)  # fmt: skip
OF_NOBODY = (
    *OF_A_SEARCH, "data.cache", "data.test", "data.scenes_test", "evaluation.scorer"
)  # fmt: skip
FINGERPRINT = "data_fingerprint"  # its name among what a store says of its run
SEARCH_ONLY = ("controller", "halving", "failures", "resources")


def default_doctor_directory(source: str, config: Config, size: SampleSize) -> Path:
    """The folder under `runs/` of this config and sample: the same for the same command."""
    text = json.dumps(_asked(config, size), sort_keys=True)
    digest = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
    return Path("runs") / f"doctor-{Path(source).stem}-{digest}"


def finished_run(
    directory: Path, config: Config, size: SampleSize
) -> tuple[Sample, list[Trial]] | None:
    """Sample and trials of a run that has nothing left to train; None of any other, or of none.

    Raises UsageError where something else is in the directory.
    """
    if not _begun(directory):
        return None
    with TrialStore.open_read_only(directory) as store:
        sample = _sample(store, directory, config, size)
        if store.count() - store.count(TrialStatus.RUNNING) < sample.trials:
            return None
        return sample, store.trials()


@contextmanager
def doctor_run(
    directory: Path, config: Config, size: SampleSize
) -> Iterator[tuple[Sample, PlannedStudy, Iterator[Trial]]]:
    """Sample and study of a run, new or gone on with, and its trials as they finish.

    Raises UsageError, NotARun and its kin.
    """
    from nas.cluster_address import check_pump
    from nas.compose import make_cost, make_objective
    from nas.data_progress import data_progress
    from nas.gpu_check import check_gpus
    from nas.space_source import limited, make_space

    check_pump(config)
    check_gpus(config)
    with data_progress() as progress:
        cost, objective = make_cost(config, progress), _of_ap(make_objective(config))
    space = limited(make_space(config), cost, config)
    with ExitStack() as stack:
        if _begun(directory):
            store = stack.enter_context(TrialStore.open(directory))
            sample = _sample(store, directory, config, size)
        else:
            sample = make_sample(config, space, size)
            meta = {"config": json.dumps(config.as_dict()), DOCTOR: json.dumps(sample.as_dict())}
            fingerprint = data_fingerprint(config)
            if fingerprint is not None:
                meta[FINGERPRINT] = fingerprint
            store = stack.enter_context(TrialStore.create(directory, meta))
        write_doctor_config(directory, config, size.options)
        study = PlannedStudy(
            plan=plan(sample, space),
            store=store,
            objective=objective,
            seed=config.search.seed,
            cost=cost,
            attempts=config.failures.attempts,
        )
        yield sample, study, _pump(config, study, stack, pausing=bool(sample.rung_fidelities))


def _of_ap(objective: Objective) -> Objective:
    """Refuses what is no AP before the objective sees it."""

    def checked(metrics: Metrics) -> float | None:
        check_reward(metrics)
        return objective(metrics)

    return checked


def _pump(
    config: Config, study: PlannedStudy, stack: ExitStack, *, pausing: bool
) -> Generator[Trial]:
    from nas.paused_trainings import checkpoint_folder, without_stale
    from nas.search import pump

    checkpoints = checkpoint_folder(study.store) if pausing else None
    trials = stack.enter_context(closing(pump(config, study, stack, checkpoints)))
    return trials if checkpoints is None else without_stale(trials, study, checkpoints)


def _begun(directory: Path) -> bool:
    """Whether a run is there. Raises UsageError where there is something else."""
    if (directory / RUN_FILE).exists():
        return True
    refuse_occupied(directory)
    return False


def _sample(store: TrialStore, directory: Path, config: Config, size: SampleSize) -> Sample:
    """What a run was begun with. Raises UsageError where that was not asked for."""
    try:
        sample = Sample.from_dict(json.loads(store.meta()[DOCTOR]))
    except (KeyError, TypeError, ValueError):
        raise NotARun(
            f"{directory} is no run of `nas doctor`: give another --run-dir, or leave it out"
        ) from None
    ours, theirs = _asked(config, size), _asked(stored_config(store, directory), sample.size)
    for name in {**ours, **theirs}:
        if ours.get(name) != theirs.get(name):
            raise UsageError(
                f"{directory} was begun with --{name.removeprefix('sample.')} "
                f"{_said(theirs.get(name))}, not {_said(ours.get(name))}: give another --run-dir, "
                "or leave it out"
            )
    _check_data(store, directory, config)
    return sample


def _check_data(store: TrialStore, directory: Path, config: Config) -> None:
    """Raises UsageError for data that were edited in their place; older runs do not know theirs."""
    begun, found = store.meta().get(FINGERPRINT), data_fingerprint(config)
    if None not in (begun, found) and begun != found:
        raise UsageError(
            f"{directory} was begun with other annotations or images than {config.data.directory} "
            "holds now: give another --run-dir to measure these, or bring the former back"
        )


def _said(value: object) -> str:
    """As an option has it."""
    match value:
        case None:
            return "left out"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple() | list() if value:
            return ",".join(map(_said, value))
    return str(value) if isinstance(value, int) else repr(value)


def _asked(config: Config, size: SampleSize) -> dict[str, Any]:
    """What decides which trainings are made, by dotted name."""
    document = {**config.as_dict(), "sample": size.as_dict()}
    return {
        f"{section}.{name}": value
        for section, table in document.items()
        for name, value in table.items()
        if section not in SEARCH_ONLY and f"{section}.{name}" not in OF_NOBODY
    }
