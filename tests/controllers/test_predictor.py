import numpy as np
import pytest

from controllers import InvalidSetting, InvalidState
from controllers.predictor import Predictor
from search_space import SPACES, SearchSpace
from tests.controllers.contract import ControllerContract, MakeController, score, through_json
from tests.controllers.toy_space import ToySpace


class TestPredictor(ControllerContract):
    @pytest.fixture
    def make_controller(self, space: SearchSpace) -> MakeController:
        # small, for speed: results, refits, the pool and what is out are met all the same
        return lambda seed: Predictor(space, seed, breadth=5, training_size=40)


def proposals_under(factor: float, shift: float) -> list[tuple[int, ...]]:
    predictor, found = Predictor(ToySpace(), 0, breadth=10), []
    for _ in range(40):
        found.append(predictor.propose())
        predictor.observe(found[-1], factor * score(found[-1]) + shift)
    return found


def test_an_affine_change_of_the_rewards_changes_no_proposal() -> None:
    assert proposals_under(1.0, 0.0) == proposals_under(250.0, -40.0)


def test_workers_at_the_same_time_get_different_networks() -> None:
    space = SPACES["spinenet-49"]
    predictor = Predictor(space, 0, breadth=10)
    for _ in range(12):
        genotype = predictor.propose()
        predictor.observe(genotype, score(genotype))
    keys = [space.decode(predictor.propose()).key for _ in range(25)]
    assert len(set(keys)) == 25


def test_a_network_that_was_observed_is_not_proposed_again() -> None:
    space, seen = SPACES["spinenet-49"], set()
    predictor = Predictor(space, 0, breadth=10)
    for _ in range(50):
        genotype = predictor.propose()
        key = space.decode(genotype).key
        assert key not in seen
        seen.add(key)
        predictor.observe(genotype, score(genotype))


def test_it_learns_which_networks_fail() -> None:
    # A quarter of uniform members of ToySpace begin with choice 0; a blind search would go on
    # meeting them. At a rate of a quarter, 3 or fewer of 40 have a probability below 0.5 %.
    predictor, failed = Predictor(ToySpace(), 0, breadth=20), 0
    for step in range(60):
        genotype = predictor.propose()
        fails = genotype[0] == 0
        failed += fails and step >= 20
        predictor.observe(genotype, None if fails else genotype[1] + 0.1 * score(genotype))
    assert failed <= 3


def test_it_goes_on_where_all_of_a_space_is_known() -> None:
    space = SPACES["tiny"]
    predictor = Predictor(space, 0, breadth=5)
    for index in range(space.size):
        predictor.observe(space.unrank(index), float(index % 7))
    assert space.decode(predictor.propose())


@pytest.mark.parametrize("space", ["mobile", "r0-sp53", "tiny", "hourglass"])
def test_it_searches_spaces_of_other_kinds(space: str) -> None:
    predictor = Predictor(SPACES[space], 0, breadth=5)
    for _ in range(30):
        genotype = predictor.propose()
        SPACES[space].decode(genotype)
        predictor.observe(genotype, score(genotype))


def test_a_fit_of_more_results_than_there_are_is_refused() -> None:
    predictor = Predictor(ToySpace(), 0, breadth=5)
    for _ in range(12):
        genotype = predictor.propose()
        predictor.observe(genotype, score(genotype))
    state = through_json(predictor.state_dict())
    with pytest.raises(InvalidState, match="journal"):
        predictor.load_state_dict({**state, "journal": state["journal"][:5]})


def test_a_state_of_another_breadth_is_refused() -> None:
    state = through_json(Predictor(ToySpace(), 0, breadth=5).state_dict())
    with pytest.raises(InvalidState, match="breadth=5, this controller 6"):
        Predictor(ToySpace(), 0, breadth=6).load_state_dict(state)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("initial_size", 1),
        ("exploration", -0.5),
        ("exploration", float("nan")),
        ("exploration", "much"),
        ("elite_size", 0),
        ("crossover_rate", 1.5),
        ("breadth", 2.5),
        ("breadth", 1001),
        ("training_size", 9),
    ],
)
def test_an_option_outside_its_range_is_refused(option: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match=option):
        Predictor(ToySpace(), 0, **{option: value})  # type: ignore[arg-type]


def test_it_beats_uniform_proposals_on_a_planted_landscape() -> None:
    # Agreement with a planted optimum: 0.25 +- 0.15 for a uniform member, so that the mean of 20
    # exceeds 0.5 by chance once in 10 ** 13.
    target = (0, 1, 2, 3, 0, 1, 2, 3)
    predictor, rewards = Predictor(ToySpace(), 1, breadth=20), []
    for _ in range(60):
        genotype = predictor.propose()
        rewards.append(sum(a == b for a, b in zip(genotype, target, strict=True)) / 8)
        predictor.observe(genotype, rewards[-1])
    assert np.mean(rewards[-20:]) > 0.5


def searched(steps: int, fails: int = 0) -> Predictor:
    predictor = Predictor(ToySpace(), 0, breadth=5)
    for step in range(steps):
        genotype = predictor.propose()
        predictor.observe(genotype, None if step < fails else score(genotype))
    return predictor


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("count", [True, 1.5, "1", -1, 10**40])
def test_a_fit_to_no_count_of_results_is_refused(place: int, count: object) -> None:
    predictor = searched(12)
    state = through_json(predictor.state_dict())
    state["fit"][place] = count
    with pytest.raises(InvalidState, match="fit"):
        predictor.load_state_dict(state)


def test_a_fit_to_failures_is_refused_and_changes_nothing() -> None:
    predictor = searched(20, fails=12)
    state = before = through_json(predictor.state_dict())
    with pytest.raises(InvalidState, match="hardly a reward"):
        predictor.load_state_dict({**state, "fit": [10, 10, state["fit"][2]]})
    assert through_json(predictor.state_dict()) == before


def test_huge_rewards_of_one_network_have_a_mean() -> None:
    predictor = searched(12)
    genotype = predictor.propose()
    for reward in (1e308, 1.7e308, 1.6e308):
        predictor.observe(genotype, reward)
    for _ in range(5):  # a warning is an error in these tests
        predictor.observe(predictor.propose(), 0.5)
