"""What a scorecard is asked for."""

import math
from dataclasses import dataclass

from nas.errors import UsageError

MEASURED = "measured"  # the landscape that is fitted to the trials of real runs
LIMITS = {"budget": (10, 100_000), "seeds": (2, 10_000), "first_seed": (0, 2**31)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardSettings:
    """Controllers, landscapes, and how long and how often each meets each.

    Args:
        controllers: names as in a config: short ones, or `package.module:Class`.
        landscapes: names of proxy_tasks.landscape.FAMILIES, or `measured`.
        budget: evaluations, 10 to 100,000.
        seeds: 2 to 10,000. A seed fixes the landscape, the controller's generator and the noise of
            each candidate's evaluation, so that every controller meets the same landscapes.
        first_seed: the seeds are this one and those after it.
        space: as on the command line: a preset's name, a TOML file or a run directory.
        noise: standard deviation of an evaluation, in that between uniform members.
        runs: directories that `measured` is fitted to.

    Raises:
        UsageError: a value that is out of range, a name given twice or `measured` without runs.
    """

    controllers: tuple[str, ...]
    landscapes: tuple[str, ...] = ("tables", "messages", "flat")
    budget: int = 500
    seeds: int = 30
    first_seed: int = 0
    space: str = "spinenet-49"
    noise: float = 0.3
    runs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} {value!r}: give a whole number, {least} to {most}")
        if not 0 <= self.noise < math.inf:
            raise UsageError(f"--noise {self.noise}: give a standard deviation from 0 on")
        for option, names in (("controllers", self.controllers), ("landscapes", self.landscapes)):
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated or not names:
                what = f"{', '.join(repeated)} is there twice" if repeated else "nothing is named"
                raise UsageError(f"--{option} {','.join(names)}: {what}: give each once")
        if MEASURED in self.landscapes and not self.runs:
            raise UsageError(f"landscape {MEASURED!r} is fitted to runs: give --runs RUN_DIR")

    @property
    def all_seeds(self) -> range:
        """One landscape of each family a seed."""
        return range(self.first_seed, self.first_seed + self.seeds)

    @property
    def command(self) -> str:
        """What prints this scorecard."""
        words = [
            f"nas scorecard --controllers {','.join(self.controllers)}",
            f"--landscapes {','.join(self.landscapes)}",
            f"--budget {self.budget} --seeds {self.seeds} --space {self.space}",
            f"--noise {self.noise:g}",
        ]
        if self.first_seed:
            words.append(f"--first-seed {self.first_seed}")
        if self.runs:
            words.append(f"--runs {','.join(self.runs)}")
        return " ".join(words)
