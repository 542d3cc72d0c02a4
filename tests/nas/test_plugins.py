import pytest

from controllers import RandomSearch
from nas.compose import CONTROLLERS, OBJECTIVES, TASKS
from nas.errors import UsageError
from nas.plugins import find_plugin, make_plugin
from tests.nas.tiny import SPACE


class Mine:
    """Somebody's controller, outside our packages."""

    def __init__(self, space: object, seed: int, *, temperature: float = 1.0) -> None:
        self.space, self.seed, self.temperature = space, seed, temperature


MINE = f"{__name__}:Mine"


@pytest.mark.parametrize("built_in", [CONTROLLERS, OBJECTIVES, TASKS])
def test_every_short_name_leads_to_something(built_in: dict[str, str]) -> None:
    assert all(callable(find_plugin("plug-in", name, built_in)) for name in built_in)


def test_a_short_name_is_made_with_our_arguments() -> None:
    made = make_plugin("controller", "random", CONTROLLERS, {}, space=SPACE, seed=3)
    assert isinstance(made, RandomSearch)


def test_a_class_of_ones_own_gets_its_options() -> None:
    options = {"temperature": 0.5}
    made = make_plugin("controller", MINE, CONTROLLERS, options, space=SPACE, seed=3)
    assert (made.seed, made.temperature) == (3, 0.5)


def test_an_unknown_option_is_named() -> None:
    with pytest.raises(UsageError, match=r"'colour': 1.*unexpected keyword argument 'colour'"):
        make_plugin("controller", MINE, CONTROLLERS, {"colour": 1}, space=SPACE, seed=3)


def test_a_name_without_a_colon_that_is_not_known_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"no task 'x': there is analytic, detection"):
        find_plugin("task", "x", TASKS)
