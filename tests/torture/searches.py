"""The searches that are tortured: every controller in turn, with and without rungs."""

import random
from dataclasses import dataclass
from pathlib import Path

SMALL_SPACE = (
    *("--space.intermediates", "{ 2 = 1, 3 = 1 }", "--space.offsets", "[0, 1]"),
    *("--space.block_fns", '["bottleneck"]', "--space.window", "2"),
    *("--space.output_levels", "[3, 4]", "--space.max_level", "4"),
)
POPULATION = ("--controller.options.population_size", "6", "--controller.options.sample_size", "2")
RUNGS = ("--halving.rungs", "[0.25, 0.5]", "--halving.reduction", "2")
# The policies learn with torch; where they are left out, nothing here imports it.
SEARCHES: dict[str, tuple[str, ...]] = {
    "random": ("--controller", "random"),
    "evolution": ("--controller", "evolution", *POPULATION),
    "local": ("--controller", "local", "--controller.options.start_size", "4"),
    "nsga2": ("--controller", "nsga2", "--controller.options.population_size", "8"),
    "evolution on rungs": ("--controller", "evolution", *POPULATION, *RUNGS),
    "evolution in a small space": ("--controller", "evolution", *POPULATION, *SMALL_SPACE),
    "predictor": ("--controller", "predictor", "--controller.options.initial_size", "4"),
    "local in a small space": ("--controller", "local", *SMALL_SPACE),
    "random on rungs": ("--controller", "random", *RUNGS),
    "reinforce": ("--controller", "reinforce"),
    "ppo": ("--controller", "ppo", "--controller.options.batch_size", "5"),
}
WITH_TORCH = ("reinforce", "ppo")


@dataclass(frozen=True)
class Search:
    """What to type for one search, new or to be gone on with."""

    name: str
    directory: Path
    audit: Path
    budget: int
    seed: int
    pump: str = "local"
    seconds: float = 0.0

    @property
    def begun(self) -> bool:
        return (self.directory / "run.sqlite").exists()

    def words(self) -> list[str]:
        if self.begun:
            return ["resume", str(self.directory)]
        task = "tests.torture.audited_task:AuditedTask"
        return [
            *("search", "smoke", "--run-dir", str(self.directory), "--trials", str(self.budget)),
            *("--seed", str(self.seed), "--pump", self.pump, "--task.name", task),
            *("--task.options.audit", str(self.audit)),
            *("--task.options.seconds", str(self.seconds), *SEARCHES[self.name]),
        ]


def new_search(name: str, folder: Path, rng: random.Random) -> Search:
    """A search of a few dozen candidates in this process, in new folders."""
    budget = rng.randrange(10, 16) if name == "predictor" else rng.randrange(20, 60)
    return Search(name, folder / "run", folder / "audit", budget, rng.randrange(1000))
