from pathlib import Path

import numpy as np
import pytest

from controllers import NO_METRICS, Controller, Metrics, RandomSearch, RegularizedEvolution
from nas.errors import UsageError
from nas.objectives import ap
from nas.scorecard_baseline import Baseline, random_baseline, size_metrics
from nas.scorecard_run import ScorecardRun, run_controller
from proxy_tasks.landscape import Landscape
from results import Outcome
from search_space import SPACES, Architecture, Genotype
from tests.nas.tiny import SPACE, make_study

LARGE = SPACES["spinenet-49"]
UNREACHABLE = Baseline(np.inf, (-10.0, 1e12), 1.0)
Call = tuple[Genotype, float | None]


class Recorded:
    """A controller that keeps its calls: proposals, and what it was told."""

    def __init__(self, inner: Controller) -> None:
        self.inner = inner
        self.calls: list[Call] = []

    def propose(self) -> Genotype:
        genotype = self.inner.propose()
        self.calls.append((genotype, None))
        return genotype

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        self.calls.append((genotype, reward))
        self.inner.observe(genotype, reward, metrics)

    def state_dict(self) -> dict[str, object]:
        return self.inner.state_dict()

    def load_state_dict(self, state: dict[str, object]) -> None:
        self.inner.load_state_dict(state)


class Listed(Recorded):
    """Proposes what it is given, in that order."""

    def __init__(self, genotypes: list[Genotype]) -> None:
        super().__init__(RandomSearch(LARGE, 0))
        self.left = iter(genotypes)

    def propose(self) -> Genotype:
        return next(self.left)


class Noise:
    """A flat landscape that needs no sample to be made."""

    def value(self, architecture: Architecture) -> float:
        return 0.0

    def evaluation_noise(self, architecture: Architecture, seed: int) -> float:
        rng = np.random.default_rng([seed, int(architecture.key, 16)])
        return float(rng.standard_normal())

    def reward(self, architecture: Architecture, seed: int) -> float:
        return self.evaluation_noise(architecture, seed)


def by_value(landscape: Landscape, members: int = 600) -> list[Genotype]:
    """Uniform members, the worst first."""
    rng = np.random.default_rng(5)
    sampled = [LARGE.sample(rng) for _ in range(members)]
    return sorted(sampled, key=lambda genotype: landscape.value(LARGE.decode(genotype)))


def run(controller: Controller, landscape: Landscape, budget: int = 50) -> ScorecardRun:
    baseline = random_baseline(landscape, LARGE, budget, 0)
    return run_controller(controller, landscape, LARGE, baseline, budget, 0)


@pytest.mark.parametrize("make", [RandomSearch, RegularizedEvolution])
def test_a_controller_is_driven_as_a_study_drives_it(
    make: type[RandomSearch] | type[RegularizedEvolution], tmp_path: Path
) -> None:
    landscape = Landscape("tables", 3, SPACE)
    ours, theirs = Recorded(make(SPACE, 7)), Recorded(make(SPACE, 7))
    run_controller(ours, landscape, SPACE, UNREACHABLE, 40, 3)
    study = make_study(tmp_path / "run", theirs, budget=50, objective=ap, cost=size_metrics)
    with study.store:
        while (trial := study.ask()) is not None:
            reward = landscape.reward(trial.architecture, 3)
            study.tell(trial.number, Outcome.success({"AP": reward}))
    assert len(ours.calls) > 100  # of 50 evaluations: some proposals were known
    assert ours.calls == theirs.calls


def test_a_controller_with_nothing_new_to_say_ends_the_run() -> None:
    landscape = Landscape("flat", 0, SPACE)
    found = run_controller(RandomSearch(SPACE, 0), landscape, SPACE, UNREACHABLE, 10**6, 0)
    assert len(found.incumbents) < 10**4
    assert found.proposals > 1000


def test_who_knows_the_best_reaches_the_goal_at_once() -> None:
    landscape = Landscape("tables", 1, LARGE)
    found = run(Listed(by_value(landscape)[::-1]), landscape)
    assert found.evaluations is not None
    assert found.evaluations <= 3


def test_who_proposes_the_worst_goes_on_to_five_quarters_of_the_budget_in_vain() -> None:
    landscape = Landscape("messages", 1, LARGE)
    found = run(Listed(by_value(landscape)), landscape)
    assert found.evaluations is None
    assert found.proposals == 62
    assert len(found.incumbents) == 50


def test_the_goal_may_be_reached_after_the_budget() -> None:
    landscape = Landscape("tables", 2, LARGE, noise=0.0)
    ordered = by_value(landscape)
    found = run(Listed([*ordered[:54], ordered[-1]]), landscape)
    assert found.evaluations == found.proposals == 55
    assert found.best_value > found.incumbents[-1]


def test_the_incumbent_is_chosen_by_reward_and_shown_by_value() -> None:
    landscape = Landscape("tables", 4, LARGE, noise=2.0)
    controller = Recorded(RandomSearch(LARGE, 0))
    found = run(controller, landscape)
    told = [call for call in controller.calls if call[1] is not None][:50]
    best = max(told, key=lambda call: call[1] or -np.inf)
    assert found.incumbents[-1] == landscape.value(LARGE.decode(best[0]))
    assert found.best_value > found.incumbents[-1]


def test_hypervolumes_are_of_the_candidates_of_the_budget() -> None:
    landscape = Landscape("flat", 0, LARGE, noise=0.0)
    genotypes = by_value(landscape, 12)
    cheapest = min(size_metrics(LARGE.decode(genotype))["madds"] for genotype in genotypes[:10])
    baseline = Baseline(np.inf, (-2.0, 1e12), 1.0)
    found = run_controller(Listed(genotypes), landscape, LARGE, baseline, 10, 0)
    assert found.hypervolume == pytest.approx(2.0 * (1e12 - cheapest))


def test_random_search_reaches_its_own_median_in_half_of_the_runs() -> None:
    # The chance is 0.49. Of 60 runs 17 or fewer, or 43 or more, would once in 1,000 choices of
    # these seeds.
    reached = 0
    for seed in range(60):
        landscape = Noise()
        baseline = random_baseline(landscape, LARGE, 20, seed)
        controller = RandomSearch(LARGE, seed + 100)
        found = run_controller(controller, landscape, LARGE, baseline, 20, seed)
        reached += found.evaluations is not None and found.evaluations <= 20
    assert 17 < reached < 43


def test_a_candidates_value_is_computed_once() -> None:
    asked: list[str] = []

    def ask(architecture: Architecture) -> float:
        asked.append(architecture.key)
        return 0.0

    landscape = Landscape(ask, 0, SPACE)
    asked.clear()  # those that it was standardised on
    found = run_controller(RandomSearch(SPACE, 0), landscape, SPACE, UNREACHABLE, 20, 0)
    assert len(asked) == len(set(asked)) == 25
    assert found.proposals >= 25


def test_a_proposal_outside_the_space_is_named() -> None:
    with pytest.raises(UsageError, match="no member of the space"):
        run(Listed([(99,)]), Landscape("flat", 0, LARGE))
