"""The examples of docs/: what they print, and that a plug-in of one's own is taken."""

import runpy
import shutil
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from nas.cli import main
from search_space import SearchSpace
from tests.controllers.contract import ControllerContract, MakeController

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture(scope="module")
def my_controller() -> ModuleType:
    spec = spec_from_file_location("my_controller_example", EXAMPLES / "my_controller.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestMyController(ControllerContract):
    @pytest.fixture
    def make_controller(self, space: SearchSpace, my_controller: ModuleType) -> MakeController:
        return lambda seed: my_controller.BestOfK(space, seed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory with the plug-in in it; `nas` puts it on the path."""
    import sys

    shutil.copy(EXAMPLES / "my_controller.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    yield tmp_path
    sys.path[:] = before
    sys.modules.pop("my_controller", None)


def test_a_plug_in_in_the_working_directory_drives_a_search(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "search smoke --run-dir run --pump local --task.name analytic --trials 30"
    options = "--controller my_controller:BestOfK --controller.options.k 5"
    assert main([*words.split(), *options.split()]) == 0
    assert "no candidate" not in capsys.readouterr().out
    assert main(["resume", "run", "--trials", "40"]) == 0  # its journal can be played to it


def test_a_wrong_option_of_a_plug_in_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--controller my_controller:BestOfK --controller.options.kk 5"
    assert main(["search", "smoke", *options.split()]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "kk" in message


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_the_ray_tune_example_prints_its_best(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("DISABLE_AUTO_CALLBACK_LOGGERS", "1"), ("MAX_PENDING_TRIALS_PG", "2")):
        monkeypatch.setenv(f"TUNE_{name}", value)  # set by the example: taken back here
    runpy.run_path(str(EXAMPLES / "ray_tune.py"))["main"](trials=6)
    assert "6 trials, best AP 0." in capsys.readouterr().out
