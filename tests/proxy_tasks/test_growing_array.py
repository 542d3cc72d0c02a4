from pathlib import Path

import numpy as np
import pytest

from proxy_tasks.growing_array import GrowingArray, rows_written

ROWS = np.random.default_rng(0).integers(0, 256, (7, 2, 3), np.uint8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.npy"


def test_its_file_is_numpys_own(path: Path) -> None:
    with GrowingArray(path, ROWS.shape) as array:
        array.append(ROWS[:3])
        array.append(ROWS[3:])
    assert np.array_equal(np.load(path), ROWS)


def test_what_was_appended_is_there_when_it_is_opened_again(path: Path) -> None:
    with GrowingArray(path, ROWS.shape) as array:
        array.append(ROWS[:3])
    with GrowingArray(path, ROWS.shape) as array:
        assert array.rows == rows_written(path) == 3
        array.append(ROWS[3:])
    assert np.array_equal(np.load(path), ROWS)


def test_bytes_that_were_not_reported_as_written_are_cut_off(path: Path) -> None:
    with GrowingArray(path, ROWS.shape) as array:
        array.append(ROWS[:3])
    with path.open("ab") as file:
        file.write(bytes(4))  # killed while it wrote
    with GrowingArray(path, ROWS.shape) as array:
        array.append(ROWS[3:])
    assert np.array_equal(np.load(path), ROWS)


@pytest.mark.parametrize("damage", ["cut", "other shape", "no count", "count of nonsense"])
def test_a_file_that_does_not_hold_what_it_should_is_begun_anew(path: Path, damage: str) -> None:
    with GrowingArray(path, ROWS.shape if damage != "other shape" else (9, 2, 3)) as array:
        array.append(ROWS[:3])
    journal = path.with_name("a.npy.rows")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    elif damage == "no count":
        journal.unlink()
    elif damage == "count of nonsense":
        journal.write_text("99")
    with GrowingArray(path, ROWS.shape) as array:
        assert array.rows == 0
        array.append(ROWS)
    assert np.array_equal(np.load(path), ROWS)


@pytest.mark.parametrize("chunk", [ROWS[:, :1], np.concatenate([ROWS, ROWS])])
def test_rows_that_do_not_fit_are_refused(path: Path, chunk: np.ndarray) -> None:
    with GrowingArray(path, ROWS.shape) as array, pytest.raises(ValueError, match="do not fit"):
        array.append(chunk)
