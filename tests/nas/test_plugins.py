from abc import ABC, abstractmethod
from pathlib import Path

import pytest

from controllers import RandomSearch
from nas.compose import CONTROLLERS, OBJECTIVES, TASKS
from nas.config_source import PLUGINS
from nas.errors import UsageError
from nas.plugins import TABLES, find_plugin, make_plugin
from proxy_tasks import DataError
from proxy_tasks.spinebench import KINDS
from results.reward_source import SPINEBENCH, reward_source
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


def test_of_every_task_that_trains_nothing_a_leaderboard_says_so() -> None:
    silent = [name for name in TASKS if reward_source({"task": {"name": name}}) is None]
    assert silent == ["detection"]
    assert set(SPINEBENCH) == set(KINDS)


def test_a_short_name_is_made_with_our_arguments() -> None:
    made = make_plugin("controller", "random", CONTROLLERS, {}, space=SPACE, seed=3)
    assert isinstance(made, RandomSearch)


def test_a_class_of_ones_own_gets_its_options() -> None:
    options = {"temperature": 0.5}
    made = make_plugin("controller", MINE, CONTROLLERS, options, space=SPACE, seed=3)
    assert (made.seed, made.temperature) == (3, 0.5)


def refusal(kind: str, name: str, options: dict[str, object], **ours: object) -> str:
    built_in = {"controller": CONTROLLERS, "objective": OBJECTIVES, "task": TASKS}[kind]
    with pytest.raises(UsageError) as refused:
        make_plugin(kind, name, built_in, options, **ours)
    return str(refused.value)


def test_an_unknown_option_is_named_as_it_was_typed_with_those_that_there_are() -> None:
    assert refusal("controller", MINE, {"colour": 1}, space=SPACE, seed=3) == (
        f"controller.options.colour: controller {MINE!r} has no such option: its options are "
        "temperature"
    )
    assert refusal("controller", "random", {"colour": 1}, space=SPACE, seed=3) == (
        "controller.options.colour: controller 'random' has no such option: it takes none"
    )


def test_a_misspelt_option_has_a_suggestion() -> None:
    assert refusal("task", "spinebench", {"byy": "table"}) == (
        "task.options.byy: task 'spinebench' has no such option: did you mean 'by'? its options "
        "are by, file, fidelity, seed, noise"
    )
    said = refusal("objective", "ap_under", {"metrc": "madds"})
    assert said.startswith("search.objective_options.metrc: ") and "mean 'metric'?" in said


def test_options_are_in_the_tables_of_the_config() -> None:
    assert sorted(TABLES.values()) == sorted(PLUGINS.values())


def anything(**options: object) -> dict[str, object]:
    return options


def test_a_function_that_takes_any_option_gets_it() -> None:
    assert make_plugin("task", f"{__name__}:anything", TASKS, {"colour": 1}) == {"colour": 1}


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


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("landscape", {"seed": -1}, "task.options.seed -1: choose a whole number"),
        ("landscape", {"family": "hills"}, "task.options.family 'hills': choose from tables, "),
        ("spinebench", {"by": "tabel"}, "task.options.by 'tabel': choose from surrogate, table"),
        ("spinebench", {"by": "table", "fidelity": "x"}, "task.options.fidelity 'x' is not in "),
    ],
)
def test_a_wrong_value_is_named_by_the_option_as_it_was_typed(
    name: str, options: dict[str, object], said: str
) -> None:
    assert refusal("task", name, options).startswith(said)


def test_an_error_of_a_room_that_names_no_option_comes_through() -> None:
    with pytest.raises(DataError, match=r"^no\.parquet cannot be read"):
        make_plugin("task", "spinebench", TASKS, {"file": "no.parquet", "by": "table"})


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
