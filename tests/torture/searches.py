"""The searches that are tortured: every controller in turn, with and without rungs."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.torture.audited_task import AUDIT
from tests.torture.life import Life, start

PLAIN, RUNGS, SMALL = "", "on rungs", "in a small space"
PLACES: dict[str, tuple[str, ...]] = {
    PLAIN: (),
    RUNGS: ("--halving.rungs", "[0.25, 0.5]", "--halving.reduction", "2"),
    SMALL: (
        *("--space.intermediates", "{ 2 = 1, 3 = 1 }", "--space.offsets", "[0, 1]"),
        *("--space.block_fns", '["bottleneck"]', "--space.window", "2"),
        *("--space.output_levels", "[3, 4]", "--space.max_level", "4"),
    ),
}
POPULATION = ("--controller.options.population_size", "6", "--controller.options.sample_size", "2")
# The policies learn with torch; where they are left out, nothing here imports it.
CONTROLLERS: dict[str, tuple[str, ...]] = {
    "random": (),
    "evolution": POPULATION,
    "local": ("--controller.options.start_size", "4"),
    "nsga2": ("--controller.options.population_size", "8"),
    "predictor": ("--controller.options.initial_size", "4"),
    "reinforce": (),
    "ppo": ("--controller.options.batch_size", "5"),
}
WITH_TORCH = ("reinforce", "ppo")
SEARCHES = [
    ("reinforce", PLAIN),
    ("random", PLAIN),
    ("evolution", PLAIN),
    ("local", PLAIN),
    ("evolution", RUNGS),
    ("nsga2", PLAIN),
    ("evolution", SMALL),
    ("predictor", PLAIN),
    ("local", SMALL),
    ("random", RUNGS),
    ("ppo", PLAIN),
]
FAILING = 0.2  # of the evaluations
TIME_LIMIT = 3.0  # seconds, where some hang


@dataclass(frozen=True)
class Search:
    """What to type for one search, new or to be gone on with.

    budget: candidates that it is begun with. more: what its budget becomes, sooner or later.
    """

    controller: str
    place: str
    directory: Path
    audit: Path
    budget: int
    seed: int
    more: int | None = None
    pump: str = "local"
    seconds: float = 0.0
    hanging: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.controller} {self.place}".strip()

    @property
    def begun(self) -> bool:
        return (self.directory / "run.sqlite").exists()

    @property
    def whole_budget(self) -> int:
        return self.more or self.budget

    @property
    def environment(self) -> dict[str, str]:
        """What `nas` is started with."""
        return {AUDIT: str(self.audit)}

    def words(self) -> list[str]:
        if self.begun:
            return ["resume", str(self.directory)]
        task = "tests.torture.audited_task:AuditedTask"
        return [
            *("search", "smoke", "--run-dir", str(self.directory), "--trials", str(self.budget)),
            *("--seed", str(self.seed), "--pump", self.pump, "--task.name", task),
            *("--search.objective", "tests.torture.fates:feasible_ap"),
            *("--task.options.failing", str(FAILING), "--task.options.seconds", str(self.seconds)),
            *("--task.options.hanging", str(self.hanging), *PLACES[self.place]),
            *(("--failures.time_limit", str(TIME_LIMIT)) if self.hanging else ()),
            *controller_words(self.controller),
        ]

    def start(
        self, words: list[str] | None = None, prepare: Callable[[], None] = lambda: None
    ) -> Life:
        """A life of it, or of another command about it."""

        def prepared() -> None:
            os.environ.update(self.environment)
            prepare()

        self.audit.mkdir(exist_ok=True)
        return start(self.words() if words is None else words, prepared)


def controller_words(controller: str) -> list[str]:
    return ["--controller", controller, *CONTROLLERS[controller]]


def new_search(controller: str, place: str, folder: Path, rng: random.Random) -> Search:
    """A search of a few dozen candidates in this process, in new folders."""
    budget = rng.randrange(10, 16) if controller == "predictor" else rng.randrange(20, 50)
    more = budget + rng.randrange(1, 12) if rng.random() < 0.7 else None
    return Search(
        controller, place, folder / "run", folder / "audit", budget, rng.randrange(1000), more
    )
