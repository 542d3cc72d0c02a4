"""The landscapes that a scorecard is played on, by name."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nas.config_source import suggestion
from nas.errors import UsageError
from nas.scorecard_settings import MEASURED, ScorecardSettings
from nas.space_source import find_space
from proxy_tasks.landscape import FAMILIES, Landscape
from results import TrialStore
from search_space import Architecture

if TYPE_CHECKING:
    from proxy_tasks.measured_surrogate import MeasuredSurrogate


class RewardLandscape(Protocol):
    """A reward that costs nothing, and the truth behind it."""

    def value(self, architecture: Architecture) -> float:
        """Without noise."""
        ...

    def reward(self, architecture: Architecture, seed: int) -> float:
        """With the noise of an evaluation, which an architecture and a seed fix."""
        ...


def make_landscape(name: str, seed: int, settings: ScorecardSettings) -> RewardLandscape:
    """The landscape of a name and a seed.

    `measured` is a regression of the runs' trials, with a remainder of each seed that is as large
    as what the regression misses. Raises UsageError where there is no landscape of that name.
    """
    check_landscape(name)
    space = find_space(settings.space)
    if name != MEASURED:
        return Landscape(name, seed, space, settings.noise)
    surrogate = measured_surrogate(settings.runs, seed)
    # one prediction for value and reward: it takes longer than all the rest of an evaluation
    return Landscape(lru_cache(maxsize=8)(surrogate), seed, space, settings.noise)


def check_landscape(name: str) -> None:
    """Raises UsageError where there is no landscape of that name."""
    known = [*FAMILIES, MEASURED]
    if name not in known:
        raise UsageError(
            f"no landscape {name!r}: {suggestion(name, known)} (known: {', '.join(known)})"
        )


def measured_surrogate(runs: Sequence[str], seed: int) -> "MeasuredSurrogate":
    """Fitted to every trial with a reward of these runs.

    Raises UsageError if they differ in fidelity, InvalidRecipe if there are too few trials.
    """
    from proxy_tasks.measured_surrogate import MeasuredSurrogate

    trials = []
    for run in runs:
        with TrialStore.open_read_only(Path(run)) as store:
            trials += [trial for trial in store.trials() if trial.reward is not None]
    if len({trial.fidelity for trial in trials}) > 1:
        raise UsageError(
            f"--runs {','.join(runs)}: their trials differ in fidelity: give like ones"
        )
    rewards = [trial.reward for trial in trials if trial.reward is not None]
    return MeasuredSurrogate([trial.architecture for trial in trials], rewards, seed)


def measured_error(settings: ScorecardSettings) -> dict[str, float]:
    """What the regression behind `measured` explains of held-out trials, at the first seed.

    `remainder_sd` is of the random part that stands for what it misses, in the rewards' unit.
    Raises as `measured_surrogate`.
    """
    found = measured_surrogate(settings.runs, settings.first_seed)
    return {
        "trials": found.trials,
        "explained": found.explained,
        "rank_correlation": found.rank_correlation,
        "remainder_sd": found.remainder_sd,
    }
