from typing import Any

import pytest
from ray.tune.search import ConcurrencyLimiter, Searcher
from ray.tune.search.sample import Categorical

from controllers import InvalidSetting, InvalidState
from nas.searcher_controller import SearcherController
from search_space import SearchSpace
from tests.controllers.contract import ControllerContract, MakeController
from tests.controllers.toy_space import ToySpace
from tests.nas.tiny import SPACE


class Uniform(Searcher):
    """A searcher as Ray's documentation has it, which takes no points of others."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        import random

        self.rng = random.Random(seed)
        self.space: dict[str, Any] = {}
        self.heard: list[tuple[str, float | None, bool]] = []

    def set_search_properties(self, metric: Any, mode: Any, config: Any, **spec: Any) -> bool:
        self._metric, self.space = metric, config
        return mode == "max"

    def suggest(self, trial_id: str) -> dict[str, Any]:
        return {
            name: self.rng.choice(domain.categories)
            if isinstance(domain, Categorical)
            else self.rng.randrange(domain.lower, domain.upper)
            for name, domain in self.space.items()
        }

    def on_trial_complete(self, trial_id: str, result: Any = None, error: bool = False) -> None:
        self.heard.append((trial_id, result and result[self.metric], error))


class Open(Uniform):
    """One that takes them."""

    def add_evaluated_point(self, parameters: Any, value: float, *rest: Any, **more: Any) -> None:
        self.heard.append((str(sorted(parameters.items())), value, False))


class TestSearcherController(ControllerContract):
    @pytest.fixture(params=[ToySpace(), SPACE], ids=["toy", "tiny"])
    def space(self, request: pytest.FixtureRequest) -> SearchSpace:
        space: SearchSpace = request.param
        return space

    @pytest.fixture
    def make_controller(self, space: SearchSpace) -> MakeController:
        return lambda seed: SearcherController(space, seed, Uniform)


class OneSuggestion(Open):
    def suggest(self, trial_id: str) -> dict[str, Any]:
        return {"level of block 0": 1, "level of block 1": 1}  # equal neighbours: no member


def driven(searcher: Searcher, *rewards: float | None) -> None:
    controller = SearcherController(ToySpace(length=2), 0, lambda seed: searcher)
    for reward in rewards:
        controller.observe(controller.propose(), reward)


def test_a_repaired_suggestion_ends_as_an_error_and_its_member_is_told_as_a_point() -> None:
    searcher = OneSuggestion(0)
    driven(searcher, 0.5)
    point = "[('level of block 0', 1), ('level of block 1', 0)]"
    assert searcher.heard == [(point, 0.5, False), ("trial_0", None, True)]


def test_a_searcher_that_takes_no_points_is_told_the_members_reward() -> None:
    class Closed(OneSuggestion):
        add_evaluated_point = Searcher.add_evaluated_point

    searcher = Closed(0)
    driven(searcher, 0.5)
    assert searcher.heard == [("trial_0", 0.5, False)]


def test_a_failed_candidate_is_told_as_an_error() -> None:
    searcher = Uniform(0)
    driven(searcher, None, 0.25)
    assert searcher.heard == [("trial_0", None, True), ("trial_1", 0.25, False)]


def test_a_decision_without_a_choice_is_not_searched() -> None:
    searcher = Uniform(0)
    SearcherController(SPACE, 0, lambda seed: searcher)
    widths = {d.name: len(d.choices) for d in SPACE.decisions}
    assert set(searcher.space) == {name for name, width in widths.items() if width > 1}


def test_a_searcher_that_limits_its_trials_is_refused_when_it_waits() -> None:
    controller = SearcherController(
        ToySpace(), 0, lambda seed: ConcurrencyLimiter(Uniform(seed), max_concurrent=1)
    )
    controller.propose()
    with pytest.raises(InvalidSetting, match="ConcurrencyLimiter suggests nothing"):
        controller.propose()


@pytest.mark.parametrize("seed", [float("inf"), True, 1.5, -1, "0"])
def test_a_state_whose_seed_is_none_is_refused(seed: object) -> None:
    controller = SearcherController(ToySpace(), 0, Uniform)
    with pytest.raises(InvalidState, match="seed="):
        controller.load_state_dict({**controller.state_dict(), "seed": seed})
