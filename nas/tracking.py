"""Trackers by config: what a search finds, where people already look."""

import time
from collections.abc import Callable, Generator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from nas.config import Config
from nas.errors import UsageError
from nas.tracked_run import TrackedRun
from nas.tracker_thread import Tracker, TrackerThread, fault, warn
from results import Trial, TrialStore

MODULES: Final = {"tensorboard": "tensorboardX", "mlflow": "mlflow", "wandb": "wandb"}
PATIENCE, HASTE = 60.0, 2.0  # seconds for the last results: at the end, after Ctrl-C or a fault


def check_trackers(config: Config) -> None:
    """Raises UsageError where a tracker's package is not installed."""
    for name in _wanted(config):
        spec = find_spec(MODULES[name])
        if spec is None or spec.origin is None:  # a folder that W&B left is no package
            raise UsageError(
                f"track.{name} needs {MODULES[name]}, which is not installed: "
                f"`pip install 'spinenas[{name}]'`, or leave it out"
            )


def tracked(trials: Generator[Trial], config: Config, store: TrialStore) -> Generator[Trial]:
    """The trials as they come; the config's trackers log them, and what they have not of before."""
    with closing(trials):
        threads = _threads(config, store)
        patience = HASTE
        try:
            for trial in trials:
                for thread in threads:
                    thread.wake()
                yield trial
            patience = PATIENCE
        finally:
            _end(threads, patience)


def _wanted(config: Config) -> list[str]:
    return [name for name in MODULES if getattr(config.track, name)]


def _threads(config: Config, store: TrialStore) -> list[TrackerThread]:
    if not (wanted := _wanted(config)):
        return []
    try:
        run = TrackedRun.of(store, config)
    except (OSError, UsageError) as error:
        warn(f"track: {fault(error)}")
        return []
    return [TrackerThread(name, _maker(name, run), store.path) for name in wanted]


def _maker(name: str, run: TrackedRun) -> Callable[[], Tracker]:
    """Makes a tracker in its thread, where its package is imported too."""

    def make() -> Tracker:
        track = run.config.track
        if name == "tensorboard":
            from nas.tensorboard_tracker import TensorBoardTracker

            return TensorBoardTracker(_folder(run), run)
        if name == "mlflow":
            from nas.mlflow_tracker import MLflowTracker

            return MLflowTracker(track.mlflow, run)
        from nas.wandb_tracker import WandbTracker

        return WandbTracker(run)

    return make


def _folder(run: TrackedRun) -> Path:
    """Of TensorBoard's files: in the run's directory, or one of a folder for all runs."""
    where = run.config.track.tensorboard
    return run.directory / "tensorboard" if where is True else Path(str(where)) / run.unique_name


def _end(threads: list[TrackerThread], patience: float) -> None:
    until = time.monotonic() + patience
    for thread in threads:
        thread.end()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
