import sys

import pytest

from controllers import InvalidSetting
from nas.pyglove_evolution import PyGloveEvolution
from proxy_tasks.errors import MissingExtra
from search_space import Genotype, SearchSpace
from tests.controllers.contract import ControllerContract, MakeController
from tests.controllers.toy_space import ToySpace


class TestPyGloveEvolution(ControllerContract):
    @pytest.fixture
    def make_controller(self, space: SearchSpace) -> MakeController:
        return lambda seed: PyGloveEvolution(space, seed)


def agreement(first: Genotype, second: Genotype) -> int:
    return sum(a == b for a, b in zip(first, second, strict=True))


def test_a_child_keeps_what_its_mutation_need_not_change() -> None:
    evolution = PyGloveEvolution(ToySpace(), 0, population_size=3, tournament_size=2)
    population = [evolution.propose() for _ in range(3)]
    for genotype in population:
        evolution.observe(genotype, 0.0)
    children = [evolution.propose() for _ in range(30)]
    # One decision is drawn anew; of those after it only neighbours that are now equal step aside.
    assert all(max(agreement(c, parent) for parent in population) >= 4 for c in children)


def test_a_full_tournament_leaves_all_children_to_the_best() -> None:
    evolution = PyGloveEvolution(ToySpace(), 0, population_size=2, tournament_size=2)
    worse, best = evolution.propose(), evolution.propose()
    assert agreement(worse, best) <= 2
    evolution.observe(best, 1.0)
    evolution.observe(worse, 0.0)
    children = [evolution.propose() for _ in range(30)]
    assert all(agreement(child, best) > agreement(child, worse) for child in children)


@pytest.mark.parametrize("sizes", [(1, 1), (5, 6), (5.0, 2)])
def test_a_tournament_that_pyglove_cannot_hold_is_refused(sizes: tuple[int, int]) -> None:
    with pytest.raises(InvalidSetting, match=f"population_size {sizes[0]}"):
        PyGloveEvolution(ToySpace(), 0, *sizes)


def test_without_pyglove_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyglove", None)
    with pytest.raises(MissingExtra, match=r"pip install 'spinenas\[scorecard\]'"):
        PyGloveEvolution(ToySpace(), 0)
