"""The exam that every controller takes, those of other people's packages too.

    class TestMine(ControllerContract):
        @pytest.fixture
        def make_controller(self, space: SearchSpace) -> MakeController:
            return lambda seed: Mine(space, seed)

Override the fixture `space` to take it in another space.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from controllers import Controller, InvalidObservation, InvalidState
from search_space import Genotype, SearchSpace, SpineNetSpace
from search_space.shown import shown
from tests.controllers.damage import damaged_states
from tests.controllers.toy_space import ToySpace

MakeController = Callable[[int], Controller]

NO_FIDELITIES = (0.0, -0.5, 1.5, math.nan, math.inf, "0.5", None, True)
NO_REWARDS = (
    *(math.nan, math.inf, -math.inf, 10**400, 1j, True),
    *("0.5", [0.5], {}, np.array([0.5, 0.6]), np.bool_(True)),
)


def score(genotype: Genotype) -> float:
    """An arbitrary reward that tells most genotypes apart."""
    return math.sin(sum((i + 1) * choice for i, choice in enumerate(genotype)))


def metrics(genotype: Genotype) -> dict[str, float]:
    """What a study knows of a candidate besides its reward."""
    return {"params": 1e5, "madds": 1e6 + sum(genotype)}


def search(controller: Controller, steps: int) -> list[Genotype]:
    """Proposals of a search in which every seventh candidate fails."""
    proposals = []
    for step in range(steps):
        proposals.append(genotype := controller.propose())
        reward = None if step % 7 == 6 else score(genotype)
        controller.observe(genotype, reward, metrics(genotype))
    return proposals


def search_with_rungs(controller: Controller, steps: int) -> list[Genotype]:
    """Proposals of a search where every third candidate comes again, trained longer each time.

    Scores of longer trainings are larger, as learning curves rise; every seventh fails at its last.
    """
    proposals, waiting = [], []
    for step in range(steps):
        proposals.append(genotype := controller.propose())
        controller.observe(genotype, score(genotype) - 2, {**metrics(genotype), "fidelity": 0.25})
        if step % 3 == 2:
            waiting.append((genotype, 0.5))
        if step % 4 == 3 and waiting:
            genotype, share = waiting.pop(0)
            reward = None if step % 7 == 6 else score(genotype) - 2 * (1 - share)
            controller.observe(genotype, reward, {**metrics(genotype), "fidelity": share})
            if share < 1 and reward is not None:
                waiting.append((genotype, 1.0))
    return proposals


def through_json(state: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json.dumps(state, allow_nan=False))
    return loaded


class ControllerContract:
    """Subclass it, and give the fixture `make_controller`."""

    @pytest.fixture(params=[ToySpace(), SpineNetSpace()], ids=["toy", "spinenet"])
    def space(self, request: pytest.FixtureRequest) -> SearchSpace:
        space: SearchSpace = request.param
        return space

    def test_every_proposal_is_legal(
        self, space: SearchSpace, make_controller: MakeController
    ) -> None:
        for genotype in search(make_controller(0), 120):
            assert len(genotype) == len(space.decisions)
            assert all(type(choice) is int for choice in genotype)
            assert all(space.legal(genotype[:i])[c] for i, c in enumerate(genotype))
            space.decode(genotype)

    def test_a_seed_fixes_the_search(self, make_controller: MakeController) -> None:
        assert search(make_controller(3), 120) == search(make_controller(3), 120)

    def test_another_seed_is_another_search(self, make_controller: MakeController) -> None:
        # Two uniform searches of 20 steps agree by chance with a probability below 8748 ** -20.
        assert search(make_controller(3), 20) != search(make_controller(4), 20)

    @pytest.mark.parametrize("steps", [0, 1, 75])
    def test_a_state_through_json_continues_the_search(
        self, make_controller: MakeController, steps: int
    ) -> None:
        whole = make_controller(1)
        search(whole, steps)
        resumed = make_controller(99)
        resumed.load_state_dict(through_json(whole.state_dict()))
        assert search(resumed, 40) == search(whole, 40)

    def test_a_state_does_not_change_afterwards(self, make_controller: MakeController) -> None:
        controller = make_controller(1)
        search(controller, 60)
        state = controller.state_dict()
        before = json.dumps(state)
        search(controller, 5)
        assert json.dumps(state) == before

    def test_replaying_the_calls_gives_the_same_controller(
        self, make_controller: MakeController
    ) -> None:
        first, replayed = make_controller(5), make_controller(5)
        proposals = search(first, 80)
        for step, genotype in enumerate(proposals):
            assert replayed.propose() == genotype
            reward = None if step % 7 == 6 else score(genotype)
            replayed.observe(genotype, reward, metrics(genotype))
        assert replayed.state_dict() == first.state_dict()

    def test_parents_were_observed_before(self, make_controller: MakeController) -> None:
        controller, observed = make_controller(2), set[Genotype]()
        for _ in range(60):
            genotype = controller.propose()
            assert observed.issuperset(getattr(controller, "parents", ()))
            controller.observe(genotype, score(genotype), metrics(genotype))
            observed.add(genotype)

    def test_a_thousand_proposals_need_no_reward(
        self, space: SearchSpace, make_controller: MakeController
    ) -> None:
        controller = make_controller(0)
        assert all(len(controller.propose()) == len(space.decisions) for _ in range(1000))

    def test_a_search_where_everything_fails_goes_on(self, make_controller: MakeController) -> None:
        controller = make_controller(0)
        for _ in range(120):
            controller.observe(controller.propose(), None)
        assert len({controller.propose() for _ in range(20)}) > 1

    def test_late_rewards_in_any_order_are_taken(
        self, space: SearchSpace, make_controller: MakeController
    ) -> None:
        controller = make_controller(0)
        waiting = [controller.propose() for _ in range(60)]
        for index in np.random.default_rng(0).permutation(60):
            controller.observe(waiting[index], score(waiting[index]))
            space.decode(controller.propose())

    def test_a_genotype_it_never_proposed_is_taken(
        self, space: SearchSpace, make_controller: MakeController
    ) -> None:
        controller = make_controller(0)
        foreign = space.sample(np.random.default_rng(123))
        controller.observe(foreign, 0.5)
        controller.observe(foreign, 0.5)
        assert all(space.decode(controller.propose()) for _ in range(80))

    def test_numbers_of_numpy_and_lists_are_taken_as_pythons(
        self, make_controller: MakeController
    ) -> None:
        plain, other = make_controller(0), make_controller(0)
        for step in range(12):
            genotype = plain.propose()
            assert other.propose() == genotype
            plain.observe(genotype, step / 8)
            array: Any = np.array(genotype) if step % 2 else list(genotype)
            other.observe(array, np.float32(step / 8))
        assert through_json(other.state_dict()) == through_json(plain.state_dict())

    def test_huge_and_tiny_rewards_are_taken(
        self, space: SearchSpace, make_controller: MakeController
    ) -> None:
        controller = make_controller(0)
        for step in range(40):
            genotype = controller.propose()
            space.decode(genotype)
            controller.observe(genotype, (1e308, -1.7e308, 1.7e308, 5e-324, 0.0)[step % 5])

    @pytest.mark.parametrize("reward", NO_REWARDS, ids=shown)
    def test_a_reward_that_is_no_number_is_refused(
        self, make_controller: MakeController, reward: Any
    ) -> None:
        controller = make_controller(0)
        genotype = controller.propose()
        before = through_json(controller.state_dict())
        with pytest.raises(InvalidObservation, match=re.escape(f"reward {shown(reward)}")):
            controller.observe(genotype, reward)
        assert through_json(controller.state_dict()) == before

    def test_a_genotype_of_another_space_is_refused(self, make_controller: MakeController) -> None:
        with pytest.raises(InvalidObservation, match="no member"):
            make_controller(0).observe((0, 0, 10**6), 0.5)

    @pytest.mark.parametrize("change", [bool, float, str], ids=["bool", "float", "str"])
    def test_a_genotype_of_other_things_than_whole_numbers_is_refused(
        self, make_controller: MakeController, change: Callable[[int], Any]
    ) -> None:
        controller = make_controller(0)
        genotype = controller.propose()
        with pytest.raises(InvalidObservation, match="no member"):
            controller.observe(tuple(map(change, genotype)), 0.5)

    @pytest.mark.parametrize("state", [None, [], "x", 3], ids=shown)
    def test_a_state_that_is_no_table_is_refused(
        self, make_controller: MakeController, state: Any
    ) -> None:
        with pytest.raises(InvalidState):
            make_controller(0).load_state_dict(state)

    def test_a_candidate_comes_again_at_rising_fidelity(
        self, space: SearchSpace, make_controller: MakeController
    ) -> None:
        for genotype in search_with_rungs(make_controller(0), 120):
            space.decode(genotype)

    @pytest.mark.parametrize("steps", [1, 40])
    def test_a_state_between_two_rungs_continues_the_search(
        self, make_controller: MakeController, steps: int
    ) -> None:
        whole, resumed = make_controller(1), make_controller(99)
        search_with_rungs(whole, steps)
        first = whole.propose()
        whole.observe(first, -1.0, {**metrics(first), "fidelity": 0.25})
        resumed.load_state_dict(through_json(whole.state_dict()))
        for controller in (whole, resumed):
            controller.observe(first, 0.5, {**metrics(first), "fidelity": 1.0})
        assert search_with_rungs(resumed, 40) == search_with_rungs(whole, 40)
        assert through_json(resumed.state_dict()) == through_json(whole.state_dict())

    def test_replaying_rungs_gives_the_same_controller(
        self, make_controller: MakeController
    ) -> None:
        first, replayed = make_controller(5), make_controller(5)
        assert search_with_rungs(first, 60) == search_with_rungs(replayed, 60)
        assert replayed.state_dict() == first.state_dict()

    def test_a_whole_training_is_what_no_fidelity_says(
        self, make_controller: MakeController
    ) -> None:
        silent, told = make_controller(2), make_controller(2)
        for step in range(40):
            genotype = silent.propose()
            assert told.propose() == genotype
            silent.observe(genotype, step / 8, metrics(genotype))
            told.observe(genotype, step / 8, {**metrics(genotype), "fidelity": 1.0})
        assert told.state_dict() == silent.state_dict()

    @pytest.mark.parametrize("share", NO_FIDELITIES, ids=shown)
    def test_a_fidelity_that_is_no_share_is_refused(
        self, make_controller: MakeController, share: Any
    ) -> None:
        controller = make_controller(0)
        genotype = controller.propose()
        before = through_json(controller.state_dict())
        with pytest.raises(InvalidObservation, match="fidelity"):
            controller.observe(genotype, 0.5, {**metrics(genotype), "fidelity": share})
        assert through_json(controller.state_dict()) == before

    def test_a_value_of_another_type_anywhere_in_a_state_is_refused(
        self, make_controller: MakeController
    ) -> None:
        controller = make_controller(0)
        search(controller, 12)
        search_with_rungs(controller, 8)
        before = through_json(controller.state_dict())
        for path, wrong, state in damaged_states(before, 30):
            try:
                controller.load_state_dict(state)
            except InvalidState:
                continue
            pytest.fail(f"{wrong!r} at {path} is loaded without a word")
        assert through_json(controller.state_dict()) == before

    def test_a_foreign_or_damaged_state_is_refused_and_changes_nothing(
        self, make_controller: MakeController
    ) -> None:
        controller = make_controller(0)
        search(controller, 10)
        before = through_json(controller.state_dict())
        with pytest.raises(InvalidState):
            controller.load_state_dict({"controller": "Oracle"})
        for name in before:
            with pytest.raises(InvalidState):
                controller.load_state_dict({**before, name: None})
        assert through_json(controller.state_dict()) == before
