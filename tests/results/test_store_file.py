"""Files that are no run, are cut, or are in the way."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from results import (
    NotARun,
    ResultsError,
    StoreBusy,
    StoreDamaged,
    StoreExists,
    StoreInaccessible,
    TrialStore,
)
from results.store_schema import SCHEMA_VERSION
from tests.results.edited import edited
from tests.results.runs import make_run, trial


def refusal(path: Path) -> str:
    """The one line with which both ways in refuse `path`, which they leave as it was."""
    before = sorted(path.parent.iterdir()) if path.parent.is_dir() else []
    with pytest.raises(ResultsError) as written:
        TrialStore.open(path)
    with pytest.raises(type(written.value)) as read:
        TrialStore.open_read_only(path)
    assert str(written.value) == str(read.value)
    assert "\n" not in str(read.value)
    if isinstance(read.value, NotARun):
        assert (sorted(path.parent.iterdir()) if path.parent.is_dir() else []) == before
    return f"{type(read.value).__name__}: {read.value}"


def test_a_missing_path_is_no_run(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        f"NotARun: {tmp_path / 'none'} does not exist: name a directory that `nas search` made"
    )


def test_a_trial_of_a_run_names_the_run(tmp_path: Path) -> None:
    make_run(tmp_path / "a", [0.5])
    for trial_of in ("a:0", "a:best", "a/run.sqlite:0"):
        run = tmp_path / trial_of.partition(":")[0]
        said = f"NotARun: {run.parent / Path(trial_of).name} does not exist: give the run: {run}"
        assert refusal(tmp_path / trial_of) == said
    assert "name a directory that" in refusal(tmp_path / "none:0")


def test_a_directory_without_a_run_is_no_run(tmp_path: Path) -> None:
    assert f"NotARun: {tmp_path} holds no run.sqlite" in refusal(tmp_path)


def test_a_directory_of_runs_names_them(tmp_path: Path) -> None:
    for number in range(14):
        make_run(tmp_path / f"run {number:02}", [0.1])
    said = refusal(tmp_path)
    assert f"holds no run.sqlite: name one of the runs in it: '{tmp_path}/run 00', " in said
    assert said.endswith(f"'{tmp_path}/run 11' and 2 more")


def test_an_empty_file_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").touch()
    assert "run.sqlite is empty" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"SQLite format 3\x00", b"PK\x03\x04" * 5000, b"\x00" * 8192])
def test_a_file_of_another_kind_is_no_run(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.sqlite").write_bytes(content)
    assert refusal(tmp_path / "run.sqlite").startswith("NotARun: ")


def test_the_sqlite_file_of_another_program_is_no_run(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "run.sqlite")) as connection:
        connection.execute("CREATE TABLE trials (number INTEGER)")
    assert "of another program (application_id 0x0, a run has 0x53504e53)" in refusal(tmp_path)


def test_a_run_of_another_format_names_both_versions(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.1])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert (
        f"format {SCHEMA_VERSION + 1}, this spinenas reads formats 1 to {SCHEMA_VERSION}:"
        in refusal(tmp_path)
    )


@pytest.mark.parametrize("share", [0.3, 0.6, 0.999])
def test_a_cut_run_is_damaged(tmp_path: Path, share: float) -> None:
    file = make_run(tmp_path, [0.1] * 30)
    with file.open("r+b") as content:
        content.truncate(int(file.stat().st_size * share))
    assert refusal(tmp_path).startswith(f"StoreDamaged: {file} is damaged (")


def test_an_overwritten_page_is_damage(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.1] * 30)
    with file.open("r+b") as content:
        content.seek(file.stat().st_size // 2 // 4096 * 4096)
        content.write(b"\xa5" * 4096)
    assert refusal(tmp_path).startswith("StoreDamaged")


@pytest.mark.parametrize(
    "edit",
    [
        "architecture = '{}'",
        "architecture = 7",
        "metrics = 'AP'",
        'metrics = \'{"AP": "good"}\'',
        "genotype = '3'",
        "seed = 'x'",
        "number = 5, failure_kind = 'tired', status = 'failed', reward = NULL",
    ],
)
def test_a_row_that_was_edited_into_nonsense_is_damage(tmp_path: Path, edit: str) -> None:
    file = make_run(tmp_path, [0.1])
    with edited(file) as connection:
        connection.execute(f"UPDATE trials SET {edit}")
    with (
        TrialStore.open_read_only(tmp_path) as store,
        pytest.raises(StoreDamaged, match=r"trial \d"),
    ):
        store.trials()


def test_a_run_is_never_made_over_another(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.1])
    before = file.read_bytes()
    with pytest.raises(StoreExists, match=r"exists already: resume that run"):
        TrialStore.create(tmp_path, {})
    assert file.read_bytes() == before


def test_a_run_is_not_made_beside_the_log_of_a_lost_one(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        store.propose(trial(0))
        shutil.copy(tmp_path / "run.sqlite-wal", tmp_path / "wal")
    (tmp_path / "run.sqlite").unlink()
    shutil.move(tmp_path / "wal", tmp_path / "run.sqlite-wal")
    with pytest.raises(StoreExists, match=r"left from a run whose run\.sqlite is gone"):
        TrialStore.create(tmp_path, {})


def test_the_remains_of_a_creation_that_was_killed_are_no_obstacle(tmp_path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f"run.sqlite-draft{suffix}").write_bytes(b"half a file")
    make_run(tmp_path, [0.1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.sqlite", "run.sqlite-lock"]


def test_a_run_may_lie_under_a_strange_name(tmp_path: Path) -> None:
    directory = tmp_path / "läufe #1?mode=ro%20 100%"
    directory.mkdir()
    make_run(directory, [0.1])
    with TrialStore.open_read_only(directory) as store:
        assert store.count() == 1


def test_a_run_may_have_a_file_name_of_its_own(tmp_path: Path) -> None:
    assert make_run(tmp_path / "first.sqlite", [0.1]) == tmp_path / "first.sqlite"
    with TrialStore.open_read_only(tmp_path / "first.sqlite") as store:
        assert store.count() == 1


def test_a_path_through_a_file_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "does not exist" in refusal(tmp_path / "file" / "run")


def test_two_writers_at_once_are_refused(tmp_path: Path) -> None:
    with (
        TrialStore.create(tmp_path, {}),
        pytest.raises(StoreBusy, match=r"is being written by process \d+ on "),
    ):
        TrialStore.open(tmp_path)
    TrialStore.open(tmp_path).close()


def test_a_run_that_is_a_link_in_a_circle_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").symlink_to("run.sqlite")
    assert refusal(tmp_path).startswith("NotARun: ")


def test_a_log_without_an_end_is_not_copied(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1])
    (tmp_path / "run.sqlite-wal").symlink_to("/dev/zero")
    with pytest.raises(StoreInaccessible, match=r"run\.sqlite-wal is no file: take it away"):
        TrialStore.open_read_only(tmp_path)
