"""How many training steps rungs save a controller: `compare_halving`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nas.errors import UsageError
from nas.scorecard_controllers import make_controller
from nas.scorecard_halving_run import value_curve
from nas.scorecard_jobs import CONTROLLER_STREAM, Failure, Place, failure_of, landscape_of, space_of
from nas.scorecard_settings import ScorecardSettings
from nas.scorecard_statistics import CONFIDENCE, RESAMPLES
from nas.scorecard_workers import run_jobs, worker_processes
from results.estimate import Estimate

Array = NDArray[np.float64]

WHOLE: Final = (1.0,)  # the shares of a search without rungs


@dataclass(frozen=True, slots=True)
class HalvingRow:
    """What rungs did for a controller on the landscapes of one family.

    Args:
        ratio: training that the searches without rungs need for a mean regret, by what those with
            need for the same: the least regret that both come to within the budget. Below 1 rungs
            cost training; with and without exchanged it is 1 / ratio.
        regret: mean over seeds at the budget with rungs, of the best value that any run here found
            on the landscape less that of the incumbent; `regret_without`: the same without.
    """

    controller: str
    landscape: str
    ratio: Estimate
    regret: float
    regret_without: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "controller": self.controller,
            "landscape": self.landscape,
            "ratio": self.ratio.value,
            "ratio_low": self.ratio.low,
            "ratio_high": self.ratio.high,
            "regret": self.regret,
            "regret_without": self.regret_without,
        }


@dataclass(frozen=True, slots=True)
class HalvingJob:
    """One search, with rungs or without."""

    place: Place
    controller: str
    shares: tuple[float, ...]


def compare_halving(
    settings: ScorecardSettings,
    workers: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[HalvingRow], dict[str, str]]:
    """A row for each landscape and controller, and why the controllers without rows failed.

    Searches with rungs and without have the same budget of training: `settings.budget` whole ones.
    Raises as `scorecard`.
    """
    jobs = [
        HalvingJob(Place(settings, name, seed), controller, shares)
        for name in settings.landscapes
        for seed in settings.all_seeds
        for controller in settings.controllers
        for shares in (WHOLE, (*settings.halving, 1.0))
    ]
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        on_progress(done, len(jobs))

    with worker_processes(workers) as executor:
        found = dict(zip(jobs, run_jobs(executor, run_halving, jobs, count), strict=True))
    failures: dict[str, str] = {}
    for job, curve in found.items():
        if isinstance(curve, Failure):
            failures.setdefault(job.controller, curve.line)
    if len(failures) == len(settings.controllers):
        raise UsageError("; ".join(failures.values()))
    good = {job: curve for job, curve in found.items() if not isinstance(curve, Failure)}
    rows = [
        _row(settings, name, controller, good)
        for name in settings.landscapes
        for controller in settings.controllers
        if controller not in failures
    ]
    return rows, failures


def run_halving(job: HalvingJob) -> Array | Failure:
    """For a worker process: the incumbent's noiseless value along the training spent."""
    place, settings = job.place, job.place.settings
    seed = int(np.random.SeedSequence([place.seed, CONTROLLER_STREAM]).generate_state(1)[0])
    try:
        space = space_of(settings.space)
        return value_curve(
            make_controller(job.controller, space, seed),
            landscape_of(place),
            space,
            job.shares,
            settings.reduction,
            settings.budget,
            place.seed,
        )
    except BaseException as error:  # no SystemExit of a plug-in ends the scorecard
        return failure_of(job.controller, place, error)


def steps_ratio(with_rungs: Array, without: Array) -> float:
    """How many times less training the first needs for the best mean that both come to.

    Both: values `[seeds, grid]`, the grid even and up to the budget. First passage is divided by
    first passage: a curve may have been where it ends long before the budget was spent.
    """
    means = with_rungs.mean(axis=0), without.mean(axis=0)
    target = min(mean.max() for mean in means)
    first, second = (int(np.argmax(mean >= target)) + 1 for mean in means)
    return second / first


def ratio_interval(with_rungs: Array, without: Array) -> tuple[float, float]:
    """Bounds of `steps_ratio` by the 95 % percentile bootstrap over seeds, seeded."""
    rng, seeds = np.random.default_rng(0), len(without)
    drawn = rng.integers(seeds, size=(RESAMPLES, seeds))
    ratios = [steps_ratio(with_rungs[rows], without[rows]) for rows in drawn]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return float(low), float(high)


def _row(
    settings: ScorecardSettings, landscape: str, controller: str, curves: dict[HalvingJob, Array]
) -> HalvingRow:
    places = [Place(settings, landscape, seed) for seed in settings.all_seeds]
    best = [max(c.max() for job, c in curves.items() if job.place == place) for place in places]

    def of(shares: Sequence[float]) -> Array:
        return np.array([curves[HalvingJob(p, controller, tuple(shares))] for p in places])

    without, with_rungs = of(WHOLE), of((*settings.halving, 1.0))
    return HalvingRow(
        controller=controller,
        landscape=landscape,
        ratio=Estimate(steps_ratio(with_rungs, without), *ratio_interval(with_rungs, without)),
        regret=float(np.mean(np.array(best) - with_rungs[:, -1])),
        regret_without=float(np.mean(np.array(best) - without[:, -1])),
    )
