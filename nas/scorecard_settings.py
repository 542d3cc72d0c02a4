"""What a scorecard is asked for."""

from dataclasses import dataclass
from pathlib import Path

from nas.errors import UsageError

MEASURED = "measured"  # the landscape that is fitted to the trials of real runs,
SPINEBENCH = "spinebench"  # and that of the trainings in the package
DEFAULT_LANDSCAPES = ("tables", "messages", "flat", SPINEBENCH)
LIMITS = {
    "budget": (10, 100_000),
    "seeds": (2, 10_000),
    "first_seed": (0, 2**31),
    "reduction": (2, 1000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardSettings:
    """Controllers, landscapes, and how long and how often each meets each.

    Args:
        controllers: names as in a config: short ones, or `package.module:Class`.
        landscapes: names of proxy_tasks.landscape.FAMILIES, `measured` or `spinebench`.
        budget: evaluations, 10 to 100,000.
        seeds: 2 to 10,000. A seed fixes the landscape, the controller's generator and the noise of
            each candidate's evaluation, so that every controller meets the same landscapes.
        first_seed: the seeds are this one and those after it.
        space: as on the command line: a preset's name, a TOML file or a run directory.
        noise: standard deviation of an evaluation, 0 to 100, in that between uniform members.
        runs: directories that `measured` is fitted to.
        halving: shares of a training, rising, where it pauses in the searches with rungs; empty:
            the scorecard is of searches without.
        reduction: of so many candidates at a rung one goes on, 2 to 1,000.

    Raises:
        UsageError: a value that is out of range, a name or a run given twice, `measured` without
            runs.
    """

    controllers: tuple[str, ...]
    landscapes: tuple[str, ...] = DEFAULT_LANDSCAPES
    budget: int = 500
    seeds: int = 30
    first_seed: int = 0
    space: str = "spinenet-49"
    noise: float = 0.3
    runs: tuple[str, ...] = ()
    halving: tuple[float, ...] = ()
    reduction: int = 3

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} {value!r}: give a whole number, {least} to {most}")
        _check_noise(self.noise)
        for option, names in (("controllers", self.controllers), ("landscapes", self.landscapes)):
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated:
                raise UsageError(
                    f"--{option} {','.join(names)}: {', '.join(repeated)} is there twice: give "
                    "each once"
                )
            if not names:
                raise UsageError(f"--{option} names nothing: give names, or leave the option out")
        _check_runs(self.runs)
        _check_halving(self.halving)
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
        if self.halving:
            words.append(f"--halving {','.join(map(str, self.halving))}")
            words.append(f"--reduction {self.reduction}")
        return " ".join(words)


def _check_noise(noise: float) -> None:
    from proxy_tasks.landscape import LARGEST_NOISE  # late: `--help` needs none of that room

    if not 0 <= noise <= LARGEST_NOISE:
        raise UsageError(f"--noise {noise}: give a standard deviation, 0 to {LARGEST_NOISE:g}")


def _check_halving(shares: tuple[float, ...]) -> None:
    if list(shares) != sorted({share for share in shares if 0 < share < 1}):
        raise UsageError(
            f"--halving {','.join(map(str, shares))}: give shares of a training above 0 and below "
            "1, the smallest first, such as 0.25,0.5"
        )


def _check_runs(runs: tuple[str, ...]) -> None:
    """Raises UsageError where two lead to the same place: what is held out would be known."""
    seen: dict[Path, str] = {}
    for run in runs:
        try:
            place = Path(run).resolve()
        except (OSError, RuntimeError):  # links in a circle: who opens it says so
            continue
        if place in seen:
            which = "is there twice" if run == seen[place] else f"is {seen[place]}"
            raise UsageError(f"--runs {','.join(runs)}: {run} {which}: give each run once")
        seen[place] = run
