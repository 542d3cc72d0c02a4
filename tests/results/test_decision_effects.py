import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from controllers import RegularizedEvolution
from results import TrialStore, decisions
from results.decision_effects import Effects, decision_effects
from results.decisions_of_run import Decisions
from results.estimate import Estimate, Unmeasured
from results.observed_decisions import of_candidates, of_steps
from search_space import Architecture, SpineNetSpace
from search_space.detail_loss import detail_loss
from search_space.traits import TRAITS
from tests.results.runs import scored, trial

SPACE = SpineNetSpace()


def sample(count: int, seed: int) -> list[Architecture]:
    rng = np.random.default_rng(seed)
    return [SPACE.decode(SPACE.sample(rng)) for _ in range(count)]


def costs(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Nothing of the architecture is in them."""
    return np.exp(rng.normal(10, 0.5, (count, 2)))


def of_uniform(built: Sequence[Architecture], rewards: NDArray[np.float64]) -> Effects:
    rng = np.random.default_rng(3)
    seen = of_candidates(built, costs(len(built), rng), rewards, np.arange(len(built)))
    return decision_effects(seen, TRAITS)


def mattering(effects: Effects) -> set[str]:
    return {one.name for one in effects.decisions if one.verdict == "matters"}


def test_the_decision_that_rewards_are_made_of_matters() -> None:
    built = sample(150, 0)
    noise = 0.05 * np.random.default_rng(1).normal(size=150)
    lost = np.array([min(detail_loss(one), 3) for one in built])
    effects = of_uniform(built, noise - 0.1 * lost)
    assert "detail loss" in mattering(effects)
    (found,) = [one for one in effects.decisions if one.name == "detail loss"]
    strongest = found.numbers[0].agreement
    assert isinstance(strongest, Estimate) and strongest.high < -0.5


def test_no_decision_matters_where_rewards_are_noise() -> None:
    # At most 0.5 % of such samples have one that does: 3 of 40 would come once in 900 times.
    built = sample(120, 0)
    rng = np.random.default_rng(5)
    alarms = [bool(mattering(of_uniform(built, rng.normal(size=120)))) for _ in range(40)]
    assert sum(alarms) < 3


def test_what_cost_explains_no_decision_does() -> None:
    built, rng = sample(120, 0), np.random.default_rng(7)
    cost = np.exp(rng.normal(10, 0.5, (120, 2)))
    rewards = np.log(cost[:, 0]) ** 2 + 0.01 * rng.normal(size=120)
    effects = decision_effects(of_candidates(built, cost, rewards, np.arange(120)), TRAITS)
    assert isinstance(effects.cost, Estimate) and effects.cost.value > 0.95
    assert not mattering(effects)


def evolved(count: int, seed: int) -> tuple[list[Architecture], list[float], list[tuple[int, int]]]:
    """A quality that is inherited with small changes, whatever the network is like."""
    controller, rng = RegularizedEvolution(SPACE, seed, 30, 8), np.random.default_rng(seed)
    places: dict[str, int] = {}
    built: list[Architecture] = []
    edges: list[tuple[int, int]] = []
    quality: list[float] = []
    while len(built) < count:
        genotype = controller.propose()
        architecture = SPACE.decode(genotype)
        parents = [places[SPACE.decode(parent).key] for parent in controller.parents]
        if architecture.key not in places:
            places[architecture.key] = len(built)
            edges += [(len(built), parent) for parent in parents]
            inherited = quality[parents[0]] + 0.03 * rng.normal() if parents else rng.normal() / 10
            quality.append(inherited)
            built.append(architecture)
        controller.observe(genotype, quality[places[architecture.key]])
    return built, quality, edges


def test_steps_are_not_deceived_by_what_relatives_share_and_a_sample_would_be() -> None:
    built, quality, edges = evolved(250, 0)
    rewards, cost = np.array(quality), costs(250, np.random.default_rng(0))
    assert len(mattering(of_uniform(built, rewards))) >= 3
    assert not mattering(decision_effects(of_steps(built, cost, rewards, np.array(edges)), TRAITS))


def make_run(path: Path, controller: str, bred: bool, count: int = 60) -> Path:
    config = {"config": json.dumps({"controller": {"name": controller}})}
    with TrialStore.create(path, config) as store:
        for number in range(count):
            store.propose(trial(number), [(number - 1) // 2] if bred and number > 1 else [])
            store.finish(number, scored(0.5), 0.01 * (number * 37 % 11))
    return path


@pytest.mark.parametrize(
    ("controller", "bred", "design", "things"),
    [("random", False, "candidates", 60), ("evolution", True, "steps", 58)],
)
def test_a_run_is_looked_at_by_the_design_that_it_has_more_of(
    tmp_path: Path, controller: str, bred: bool, design: str, things: int
) -> None:
    found = decisions(make_run(tmp_path, controller, bred))
    assert isinstance(found, Decisions)
    assert (found.design, found.things, found.there, found.steps) == (design, things, things, 200)


def test_runs_that_are_too_short_or_tell_no_parents_are_not_known(tmp_path: Path) -> None:
    short = decisions(make_run(tmp_path / "short", "random", bred=False, count=39))
    silent = decisions(make_run(tmp_path / "silent", "ppo", bred=False))
    assert isinstance(short, Unmeasured) and "takes 40" in short.reason
    assert isinstance(silent, Unmeasured) and "ppo" in silent.reason
