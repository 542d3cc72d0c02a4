"""Which controller saves how many trained candidates: `scorecard`, the work of `nas scorecard`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from controllers import Controller
from nas.compose import CONTROLLERS, REFERENCES
from nas.errors import UsageError
from nas.plugins import make_plugin
from nas.scorecard_baseline import Baseline, random_baseline
from nas.scorecard_landscape import check_landscape, make_landscape
from nas.scorecard_row import ScorecardRow, make_row, with_losses
from nas.scorecard_run import ScorecardRun, run_controller
from nas.scorecard_settings import ScorecardSettings
from nas.scorecard_workers import run_jobs, worker_processes
from nas.space_source import find_space
from proxy_tasks.errors import MissingExtra

CONTROLLER_STREAM = 2  # a controller shares no random number with its landscape

_landscape = lru_cache(maxsize=256)(make_landscape)
_space = lru_cache(maxsize=1)(find_space)


@dataclass(frozen=True, slots=True)
class _Place:
    """One landscape of a scorecard."""

    settings: ScorecardSettings
    landscape: str
    seed: int


@dataclass(frozen=True, slots=True)
class _Job:
    """One run of a scorecard."""

    place: _Place
    controller: str
    baseline: Baseline


def scorecard(
    settings: ScorecardSettings,
    workers: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ScorecardRow]:
    """Runs every controller on every landscape, in processes; best first on each.

    The rows do not depend on the number of workers, but for the CPU time. `on_progress` is called
    with how many pieces of work are done, and of how many. A script that calls this needs
    `if __name__ == "__main__":`, as processes import it.

    Raises:
        UsageError: an unknown name, or a controller that fails.
        WorkersLost: a process was ended from outside.
    """
    if workers < 1:
        raise UsageError(f"--workers {workers}: give a number of at least 1")
    check_names(settings)
    places = [
        _Place(settings, name, seed) for name in settings.landscapes for seed in settings.all_seeds
    ]
    total = len(places) * (1 + len(settings.controllers))
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        on_progress(done, total)

    with worker_processes(workers) as executor:
        found = run_jobs(executor, _baseline, places, count)
        baselines = dict(zip(places, found, strict=True))
        jobs = [_Job(p, name, baselines[p]) for p in places for name in settings.controllers]
        # One run of each kind tells how long the others take: those that take longest start first.
        first = [job for job in jobs if job.place.seed == settings.first_seed]
        runs = dict(zip(first, run_jobs(executor, _run, first, count), strict=True))
        seconds = {(j.controller, j.place.landscape): run.cpu_seconds for j, run in runs.items()}
        rest = sorted(
            (job for job in jobs if job not in runs),
            key=lambda job: -seconds[job.controller, job.place.landscape],
        )
        runs |= dict(zip(rest, run_jobs(executor, _run, rest, count), strict=True))
    return _rows(settings, baselines, {(j.controller, j.place): run for j, run in runs.items()})


def default_controllers(space: str) -> tuple[tuple[str, ...], list[str]]:
    """Ours and the references that are installed; a line for each that is not."""
    names = [name for name in CONTROLLERS if name not in REFERENCES]
    remarks = []
    for name in REFERENCES:
        try:
            make_plugin("controller", name, REFERENCES, {}, space=_space(space), seed=0)
        except MissingExtra as error:
            remarks.append(f"{name} is left out: {error}")
        else:
            names.append(name)
    return tuple(names), remarks


def check_names(settings: ScorecardSettings) -> None:
    """Raises UsageError for a controller, a landscape or a space that cannot be made."""
    for landscape in settings.landscapes:
        check_landscape(landscape)
    for name in settings.controllers:
        _make_controller(name, settings, 0)


def _make_controller(name: str, settings: ScorecardSettings, seed: int) -> Controller:
    space = _space(settings.space)
    controller: Controller = make_plugin(
        "controller", name, CONTROLLERS, {}, space=space, seed=seed
    )
    return controller


def _baseline(place: _Place) -> Baseline:
    settings = place.settings
    landscape = _landscape(place.landscape, place.seed, settings)
    return random_baseline(landscape, _space(settings.space), settings.budget, place.seed)


def _run(job: _Job) -> ScorecardRun:
    place, settings = job.place, job.place.settings
    landscape, space = _landscape(place.landscape, place.seed, settings), _space(settings.space)
    seed = int(np.random.SeedSequence([place.seed, CONTROLLER_STREAM]).generate_state(1)[0])
    try:
        controller = _make_controller(job.controller, settings, seed)
        return run_controller(
            controller, landscape, space, job.baseline, settings.budget, place.seed
        )
    except Exception as error:
        said = str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"
        raise UsageError(
            f"controller {job.controller!r} fails on landscape {place.landscape}, "
            f"seed {place.seed}: {said}"
        ) from error


def _rows(
    settings: ScorecardSettings,
    baselines: dict[_Place, Baseline],
    runs: dict[tuple[str, _Place], ScorecardRun],
) -> list[ScorecardRow]:
    best_values = {
        place: max(runs[name, place].best_value for name in settings.controllers)
        for place in baselines
    }
    rows = []
    for landscape in settings.landscapes:
        places = [place for place in baselines if place.landscape == landscape]
        for name in settings.controllers:
            rows.append(
                make_row(
                    name,
                    landscape,
                    [runs[name, place] for place in places],
                    [baselines[place] for place in places],
                    [best_values[place] for place in places],
                    settings.budget,
                )
            )
    return with_losses(rows, list(REFERENCES))
