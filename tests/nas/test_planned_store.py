from pathlib import Path

import pytest

from nas.errors import UsageError
from nas.planned_store import planned_store
from results import StoreBusy


def never() -> dict[str, str]:
    raise AssertionError


def test_what_was_begun_is_gone_on_with(tmp_path: Path) -> None:
    with planned_store(tmp_path / "run", lambda: {"plan": "x"}, "another") as store:
        assert store.meta()["plan"] == "x"
    with planned_store(tmp_path / "run", never, "another") as store:
        assert store.meta()["plan"] == "x"


def test_it_is_open_to_write(tmp_path: Path) -> None:
    with planned_store(tmp_path / "run", dict, "another"), pytest.raises(StoreBusy):
        planned_store(tmp_path / "run", never, "another")


def test_a_plan_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        planned_store(tmp_path / "run", never, "another")
    assert not (tmp_path / "run").exists()


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UsageError, match=r"exists already: .*; another --output begins one"):
        planned_store(tmp_path, never, "another --output")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
