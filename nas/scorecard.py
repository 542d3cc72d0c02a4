"""Which controller saves how many trained candidates: `scorecard`, the work of `nas scorecard`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nas.compose import REFERENCES
from nas.errors import UsageError
from nas.scorecard_baseline import Baseline
from nas.scorecard_controllers import make_controller
from nas.scorecard_jobs import Failure, Job, Place, baseline_of, longest_first, run_job
from nas.scorecard_landscape import check_landscape, check_spinebench
from nas.scorecard_row import ScorecardRow, compared, make_row
from nas.scorecard_run import ScorecardRun
from nas.scorecard_settings import MEASURED, SPINEBENCH, ScorecardSettings
from nas.scorecard_trials import measured_trials
from nas.scorecard_workers import run_jobs, worker_processes
from nas.space_source import find_space


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What controllers did.

    Args:
        rows: one a landscape and controller, best first on each; at least one.
        failures: of each controller that failed somewhere, where and why first. It has no rows.
    """

    rows: list[ScorecardRow]
    failures: dict[str, str]


def scorecard(
    settings: ScorecardSettings,
    workers: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Scorecard:
    """Runs every controller on every landscape, in processes.

    The rows do not depend on the number of workers, but for the CPU time. `on_progress` is called
    with how many pieces of work are done, and of how many, which are fewer once a controller
    failed. A script that calls this needs `if __name__ == "__main__":`, as processes import it.

    Raises:
        UsageError: an unknown name, runs that do not fit, or no controller is left.
        WorkersLost: a process was ended from outside.
    """
    if workers < 1:
        raise UsageError(f"--workers {workers}: give a number of at least 1")
    check_names(settings)
    places = [
        Place(settings, name, seed) for name in settings.landscapes for seed in settings.all_seeds
    ]
    total = len(places) * (1 + len(settings.controllers))
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        on_progress(done, total)

    with worker_processes(workers) as executor:
        found = run_jobs(executor, baseline_of, places, count)
        baselines = dict(zip(places, found, strict=True))
        jobs = [Job(p, name, baselines[p]) for p in places for name in settings.controllers]
        # One run of each kind tells how long the others take: those that take longest start first.
        first = [job for job in jobs if job.place.seed == settings.first_seed]
        runs = dict(zip(first, run_jobs(executor, run_job, first, count), strict=True))
        rest = longest_first([job for job in jobs if job not in runs], runs)
        total = len(places) + len(first) + len(rest)
        runs |= dict(zip(rest, run_jobs(executor, run_job, rest, count), strict=True))
    return _collected(settings, baselines, {job: runs[job] for job in jobs if job in runs})


def check_names(settings: ScorecardSettings) -> None:
    """Raises UsageError for names that mean nothing, and for runs that do not fit."""
    space = find_space(settings.space)
    for landscape in settings.landscapes:
        check_landscape(landscape)
    if MEASURED in settings.landscapes:
        measured_trials(settings.runs, settings.space)
    if SPINEBENCH in settings.landscapes:
        check_spinebench(settings.space)
    for name in settings.controllers:
        make_controller(name, space, 0)


def _collected(
    settings: ScorecardSettings,
    baselines: Mapping[Place, Baseline],
    runs: Mapping[Job, ScorecardRun | Failure],
) -> Scorecard:
    failures: dict[str, str] = {}
    good: dict[tuple[str, Place], ScorecardRun] = {}
    for job, run in runs.items():
        if isinstance(run, Failure):
            failures.setdefault(job.controller, run.line)
        else:
            good[job.controller, job.place] = run
    names = [name for name in settings.controllers if name not in failures]
    if not names:
        raise UsageError("; ".join(failures.values()))
    rows = []
    for landscape in settings.landscapes:
        places = [place for place in baselines if place.landscape == landscape]
        best_values = [max(good[name, place].best_value for name in names) for place in places]
        rows += [
            make_row(
                name,
                landscape,
                [good[name, place] for place in places],
                [baselines[place] for place in places],
                best_values,
                settings.budget,
            )
            for name in names
        ]
    return Scorecard(compared(rows, list(REFERENCES)), failures)
