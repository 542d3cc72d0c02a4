from collections import Counter

import pytest

from controllers import InvalidSetting, RandomSearch
from search_space import SearchSpace
from tests.controllers.contract import ControllerContract, MakeController
from tests.controllers.toy_space import ToySpace


class TestRandomSearch(ControllerContract):
    @pytest.fixture
    def make_controller(self, space: SearchSpace) -> MakeController:
        return lambda seed: RandomSearch(space, seed)


def test_rewards_do_not_move_a_random_search() -> None:
    told, untold = RandomSearch(ToySpace(), 0), RandomSearch(ToySpace(), 0)
    for _ in range(50):
        genotype = told.propose()
        assert genotype == untold.propose()
        told.observe(genotype, 1.0)


def test_members_come_equally_often() -> None:
    space = ToySpace(length=3)  # 36 members
    controller = RandomSearch(space, 0)
    counts = Counter(controller.propose() for _ in range(36 * 100))
    chi_square = sum((count - 100) ** 2 / 100 for count in counts.values())
    assert len(counts) == space.size
    assert chi_square < 74.0  # 35 degrees of freedom: a uniform source exceeds it once in 7,000


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="seed -1"):
        RandomSearch(ToySpace(), -1)


def test_the_proposals_of_seed_7() -> None:
    """Golden. If it changes on purpose (sampling, generator), put in the new ones and tell users
    in CHANGELOG.md that runs of older versions cannot be resumed."""
    controller = RandomSearch(ToySpace(length=4), 7)
    assert [controller.propose() for _ in range(3)] == [
        (3, 1, 3, 2),
        (2, 3, 2, 0),
        (0, 1, 0, 3),
    ]
