"""Which networks of searches are trained again for spinebench, and in which order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np

from nas.architecture_source import find_architecture
from nas.committed_study import PlannedTrial
from nas.config import Config
from nas.config_source import load_config
from nas.errors import UsageError
from results import Trial
from search_space.block_specs import from_json, to_json

LONG_PRESET = "default"  # the longer training is of its steps
MOST = 100_000
# R14-SP39 and R35-SP18 are not there: their wiring was never published.
ALSO = ("spinenet-49", "r0-sp53", "r23-sp30")


@dataclass(frozen=True, slots=True)
class GatherSize:
    """How much is trained besides the searches.

    Args:
        repeated: networks that get more seeds.
        seeds: trainings of each, the search's own one included.
        long: of those, how many are trained once at the longer fidelity.
        also: names of networks that nobody searched for, with as many seeds.

    Raises UsageError.
    """

    repeated: int = 100
    seeds: int = 3
    long: int = 60
    also: tuple[str, ...] = ALSO

    def __post_init__(self) -> None:
        for name, least in (("repeated", 0), ("seeds", 1), ("long", 0)):
            value = getattr(self, name)
            if not least <= value <= MOST:
                raise UsageError(f"--{name} {value}: give a whole number, {least} to {MOST}")
        if self.long > self.repeated:
            raise UsageError(
                f"--long {self.long} of --repeated {self.repeated}: those that train longer are "
                "among those with several seeds, so give at most as many"
            )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "also": list(self.also)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Inverse of `as_dict`."""
        return cls(**{**document, "also": tuple(document["also"])})


def long_fidelity(config: Config) -> str:
    """The config's training with the steps of `default`, canonical."""
    steps = load_config(LONG_PRESET, {}).fidelity.steps
    return replace(config.fidelity, steps=steps, stop_step=None).canonical()


def make_plan(trials: Sequence[Trial], config: Config, size: GatherSize) -> list[PlannedTrial]:
    """All networks with one more seed, then with the next; the long trainings last.

    trials: of the searches. Raises UsageError where these have too few networks with a reward, and
    for a name that is no network.
    """
    short, long = config.fidelity.canonical(), long_fidelity(config)
    also = [PlannedTrial((), find_architecture(name), short) for name in size.also]
    best = _mean_rewards(trials, short, {planned.architecture.key for planned in also})
    if len(best) < size.repeated:
        raise UsageError(
            f"{len(best)} networks of these searches have a reward: --repeated {size.repeated} "
            "takes as many"
        )
    rng = np.random.default_rng(config.search.seed)
    first = {trial.key: trial for trial in reversed(trials)}
    drawn = [_planned(first[key], short) for key in stratified(best, size.repeated, rng)]
    rewards = {planned.architecture.key: best[planned.architecture.key] for planned in drawn}
    longer = [_planned(first[key], long) for key in stratified(rewards, size.long, rng)]
    return also * size.seeds + drawn * (size.seeds - 1) + longer


def stratified(rewards: Mapping[str, float], count: int, rng: np.random.Generator) -> list[str]:
    """One key of each of `count` strata by reward, whose sizes differ by one at most, lowest first.

    `count` is at most the number of keys.
    """
    ordered = sorted(rewards, key=lambda key: (rewards[key], key))
    bounds = np.linspace(0, len(ordered), count + 1).astype(np.int64)
    return [ordered[place] for place in rng.integers(bounds[:-1], bounds[1:]).tolist()]


def _mean_rewards(trials: Sequence[Trial], fidelity: str, without: set[str]) -> dict[str, float]:
    found = defaultdict(list)
    for trial in trials:
        if trial.reward is not None and trial.fidelity == fidelity and trial.key not in without:
            found[trial.key].append(trial.reward)
    return {key: float(np.mean(rewards)) for key, rewards in found.items()}


def _planned(trial: Trial, fidelity: str) -> PlannedTrial:
    return PlannedTrial(trial.genotype or (), trial.architecture, fidelity)


def plan_as_dict(plan: Sequence[PlannedTrial]) -> dict[str, Any]:
    """For JSON: each network once, and of each trial its network and fidelity."""
    networks = {planned.architecture: list(planned.genotype) for planned in plan}
    place = {architecture: number for number, architecture in enumerate(networks)}
    return {
        "networks": [[genotype, to_json(body)] for body, genotype in networks.items()],
        "trials": [[place[planned.architecture], planned.fidelity] for planned in plan],
    }


def plan_from_dict(document: Mapping[str, Any]) -> list[PlannedTrial]:
    """Inverse of `plan_as_dict`."""
    networks = [(tuple(genotype), from_json(text)) for genotype, text in document["networks"]]
    return [
        PlannedTrial(networks[place][0], networks[place][1], fidelity)
        for place, fidelity in document["trials"]
    ]
