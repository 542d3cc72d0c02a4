"""The pieces of work of a scorecard, each done in one process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nas.errors import UsageError
from nas.scorecard_baseline import Baseline, random_baseline
from nas.scorecard_controllers import make_controller
from nas.scorecard_landscape import RewardLandscape, make_landscape
from nas.scorecard_run import ScorecardRun, run_controller
from nas.scorecard_settings import ScorecardSettings
from nas.space_source import find_space

CONTROLLER_STREAM = 2  # a controller shares no random number with its landscape

_landscape = lru_cache(maxsize=256)(make_landscape)
space_of = lru_cache(maxsize=1)(find_space)


@dataclass(frozen=True, slots=True)
class Place:
    """One landscape of a scorecard."""

    settings: ScorecardSettings
    landscape: str
    seed: int


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a scorecard."""

    place: Place
    controller: str
    baseline: Baseline


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a run whose controller broke: one line that says where and why."""

    line: str


def landscape_of(place: Place) -> RewardLandscape:
    """Made once a process."""
    return _landscape(place.landscape, place.seed, place.settings)


def failure_of(controller: str, place: Place, error: BaseException) -> Failure:
    """Where and why a controller broke."""
    said = str(error) if isinstance(error, UsageError) else f"{type(error).__name__}: {error}"
    return Failure(
        f"controller {controller!r} fails on landscape {place.landscape}, seed {place.seed}: {said}"
    )


def baseline_of(place: Place) -> Baseline:
    """What random search reaches there."""
    settings = place.settings
    return random_baseline(
        landscape_of(place), space_of(settings.space), settings.budget, place.seed
    )


def run_job(job: Job) -> ScorecardRun | Failure:
    """For a worker process: whatever the controller raises is its failure, Ctrl-C too."""
    place, settings = job.place, job.place.settings
    landscape, space = landscape_of(place), space_of(settings.space)
    seed = int(np.random.SeedSequence([place.seed, CONTROLLER_STREAM]).generate_state(1)[0])
    try:
        controller = make_controller(job.controller, space, seed)
        return run_controller(
            controller, landscape, space, job.baseline, settings.budget, place.seed
        )
    except BaseException as error:  # no SystemExit of a plug-in ends the scorecard
        return failure_of(job.controller, place, error)


def longest_first(jobs: Sequence[Job], known: Mapping[Job, ScorecardRun | Failure]) -> list[Job]:
    """The jobs of controllers that have not failed, by the time that one like them took."""
    failed = {job.controller for job, run in known.items() if isinstance(run, Failure)}
    seconds = {
        (job.controller, job.place.landscape): run.cpu_seconds
        for job, run in known.items()
        if isinstance(run, ScorecardRun)
    }
    return sorted(
        (job for job in jobs if job.controller not in failed),
        key=lambda job: -seconds[job.controller, job.place.landscape],
    )
