import sys
from pathlib import Path

import pytest

from nas.errors import ROOMS
from nas.shipped_modules import shipped_modules


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def test_a_package_is_shipped_as_a_folder_and_a_module_as_its_file(folder: Path) -> None:
    (folder / "shipped_one.py").touch()
    (folder / "shipped_two").mkdir()
    (folder / "shipped_two" / "__init__.py").touch()
    found = shipped_modules(["shipped_one:Task", "shipped_two.inner:Task"])
    assert found[len(ROOMS) :] == [str(folder / "shipped_one.py"), str(folder / "shipped_two")]


@pytest.mark.parametrize("name", ["json:Task", "this:Task", "sys:Task", "pytest:Task", "torch:T"])
def test_what_is_installed_is_expected_there(name: str) -> None:
    assert len(shipped_modules([name])) == len(ROOMS)


def test_what_is_nowhere_or_ours_adds_nothing() -> None:
    names = ["detection", "no_such_module_at_all:Task", "nas.search:Task"]
    assert len(shipped_modules(names)) == len(ROOMS)
