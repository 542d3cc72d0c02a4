"""The landscapes that a scorecard is played on, by name."""

from typing import TYPE_CHECKING, Protocol

from nas.config_source import suggestion
from nas.errors import UsageError
from nas.scorecard_settings import DEFAULT_LANDSCAPES, MEASURED, SPINEBENCH, ScorecardSettings
from nas.scorecard_trials import measured_trials
from nas.space_source import find_space
from proxy_tasks.errors import CandidateFailure, MissingExtra
from proxy_tasks.extras import import_extra
from proxy_tasks.landscape import FAMILIES, Landscape
from search_space import Architecture

if TYPE_CHECKING:
    from proxy_tasks.measured_surrogate import MeasuredSurrogate
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate


class RewardLandscape(Protocol):
    """A reward that costs nothing, after any share of a training, and the truth behind it."""

    def value(self, architecture: Architecture) -> float:
        """Without noise."""
        ...

    def evaluation_noise(self, architecture: Architecture, seed: int) -> float:
        """What a whole training is off by, which an architecture and a seed fix."""
        ...

    def reward(self, architecture: Architecture, seed: int, share: float = 1.0) -> float:
        """The value with the noise of an evaluation."""
        ...


def make_landscape(name: str, seed: int, settings: ScorecardSettings) -> RewardLandscape:
    """The landscape of a name and a seed.

    `measured` is a regression of the runs' trials, with a remainder of each seed that is as large
    as what the regression misses; `spinebench` is the same of the package's trainings, with
    the noise that these have. Raises UsageError where there is no landscape of that name.
    """
    check_landscape(name)
    space = find_space(settings.space)
    if name == MEASURED:
        return Landscape(measured_surrogate(settings, seed), seed, space, settings.noise)
    if name == SPINEBENCH:
        from proxy_tasks.spinebench_landscape import SpineBenchLandscape

        return SpineBenchLandscape(_spinebench(seed), seed, space)
    return Landscape(name, seed, space, settings.noise)


def check_landscape(name: str) -> None:
    """Raises UsageError where there is no landscape of that name."""
    known = [*FAMILIES, MEASURED, SPINEBENCH]
    if name not in known:
        raise UsageError(f"no landscape {name!r}: {suggestion(name, known)}")


def default_landscapes(space: str) -> tuple[tuple[str, ...], list[str]]:
    """Those that are installed and of the space; a line for each that is not. Raises UsageError."""
    find_space(space)
    try:
        check_spinebench(space)
    except (MissingExtra, UsageError) as error:
        others = tuple(name for name in DEFAULT_LANDSCAPES if name != SPINEBENCH)
        return others, [f"{SPINEBENCH} is left out: {error}"]
    return DEFAULT_LANDSCAPES, []


def check_spinebench(space: str) -> None:
    """Raises UsageError for a space whose members `spinebench` knows nothing of; DataError."""
    members, surrogate = find_space(space), _spinebench(0)
    try:
        surrogate.expected(members.decode(members.unrank(0)))
    except CandidateFailure as error:
        raise UsageError(
            f"landscape {SPINEBENCH} is of the networks of spinenet-49, and --space {space} has "
            "others: leave one of the two out"
        ) from error


def _spinebench(seed: int) -> "SpineBenchSurrogate":
    import_extra("sklearn", "scorecard")
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate

    return SpineBenchSurrogate(seed=seed)


def measured_surrogate(settings: ScorecardSettings, seed: int) -> "MeasuredSurrogate":
    """Fitted to every trial with a reward of the settings' runs.

    Raises as `measured_trials`, and InvalidRecipe if there are too few trials.
    """
    import_extra("sklearn", "scorecard")
    from proxy_tasks.measured_surrogate import MeasuredSurrogate

    trials = measured_trials(settings.runs, settings.space)
    rewards = [trial.reward for trial in trials if trial.reward is not None]
    return MeasuredSurrogate([trial.architecture for trial in trials], rewards, seed)


def measured_error(settings: ScorecardSettings) -> dict[str, float]:
    """What the regression behind `measured` explains of held-out trials, at the first seed.

    `remainder_sd` is of the random part that stands for what it misses, in the rewards' unit.
    Raises as `measured_surrogate`.
    """
    found = measured_surrogate(settings, settings.first_seed)
    return {
        "trials": found.trials,
        "explained": found.explained,
        "rank_correlation": found.rank_correlation,
        "remainder_sd": found.remainder_sd,
    }
