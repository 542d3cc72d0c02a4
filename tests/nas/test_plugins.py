from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from controllers import RandomSearch
from nas.compose import CONTROLLERS, OBJECTIVES, TASKS
from nas.errors import UsageError
from nas.plugins import find_plugin, make_plugin
from proxy_tasks import InvalidRecipe
from tests.nas.analytic_runs import search
from tests.nas.tiny import SPACE


class Mine:
    """Somebody's controller, outside our packages."""

    def __init__(self, space: object, seed: int, *, temperature: float = 1.0) -> None:
        self.space, self.seed, self.temperature = space, seed, float(temperature)


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


class Broken:
    """Raises what it is given."""

    def __init__(self, error: BaseException) -> None:
        raise error


class Abstract(ABC):
    @abstractmethod
    def propose(self) -> None: ...


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit("bad"), OSError("bad")])
def test_a_constructor_that_raises_is_named(error: BaseException) -> None:
    name = f"{__name__}:Broken"
    said = rf"controller '{name}' cannot be made: {type(error).__name__}: bad"
    with pytest.raises(UsageError, match=said):
        make_plugin("controller", name, CONTROLLERS, {}, error=error)


def test_an_abstract_class_is_named() -> None:
    with pytest.raises(UsageError, match=r"Abstract' cannot be made: TypeError: .*propose"):
        make_plugin("controller", f"{__name__}:Abstract", CONTROLLERS, {})


def test_an_error_of_a_room_keeps_its_text() -> None:
    with pytest.raises(InvalidRecipe, match=r"^seed -1: choose"):
        make_plugin("task", "landscape", TASKS, {"seed": -1})


def test_a_module_that_breaks_when_it_is_imported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaves_at_once.py").write_text("raise SystemExit(0)")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match="'leaves_at_once:X' cannot be imported: SystemExit: 0"):
        find_plugin("controller", "leaves_at_once:X", CONTROLLERS)


def test_a_search_with_a_controller_that_cannot_be_made_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--controller", f"{__name__}:Mine", "--controller.options.temperature", "hot"]
    assert search(tmp_path / "run", *words) == 2
    assert "with options {'temperature': 'hot'}: ValueError: " in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_name_without_a_colon_that_is_not_known_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"no task 'x': there is analytic, detection"):
        find_plugin("task", "x", TASKS)
