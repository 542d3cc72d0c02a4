"""Weights & Biases (extra [wandb]): a run for the search, and a step for each result."""

import wandb

from nas.tracked_result import TrackedResult
from nas.tracked_run import TrackedRun

NAME = "wandb"


class WandbTracker:
    """Its files lie in the run's directory; a step is a place in the journal.

    What was logged is kept in the run's directory, before it is logged: W&B answers no question
    about a run that is offline. Online it also counts what W&B has.
    """

    def __init__(self, run: TrackedRun) -> None:
        track = run.config.track
        online = track.wandb == "online"
        self._tracked = run
        self._run = wandb.init(
            project=track.project,
            name=run.name,
            id=run.identity,
            dir=str(run.directory),
            mode=track.wandb or "offline",
            resume="allow" if online else None,
            config=run.config.as_dict(),
            settings=wandb.Settings(
                console="off",
                silent=True,
                disable_git=True,
                disable_code=True,
                save_code=False,
                x_disable_stats=True,
                x_disable_machine_info=True,
            ),
        )
        there = self._run.step - 1 if online and self._run.resumed else 0
        self._told = max(run.told(NAME), there)

    def has(self, place: int) -> bool:
        return place <= self._told

    def log(self, result: TrackedResult) -> None:
        self._tracked.tell(NAME, result.place)
        self._told = result.place
        self._run.log({**result.texts, **result.numbers}, step=result.place)

    def flush(self) -> None:
        """W&B writes by itself."""

    def close(self) -> None:
        self._run.finish()
