"""Whoever watches the cases sees what no case may do."""

import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import engine
from tests.fuzz.command import nas, read
from tests.fuzz.engine import run_kind
from tests.fuzz.weights import Evil


def faults(act: Callable[[Path], object], home: Path) -> list[str]:
    def case(_rng: Random, folder: Path) -> bool:
        act(folder)
        return True

    return run_kind("kind", lambda _: case, range(1), 0, home / "home").faults


def test_what_stays_in_its_folder_is_no_fault(tmp_path: Path) -> None:
    assert faults(lambda folder: (folder / "file").write_text("x"), tmp_path) == []


def test_a_write_outside_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(lambda _: (tmp_path / "file").write_text("x"), tmp_path)
    assert str(tmp_path / "file") in found


def test_a_pickle_that_finds_a_function_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(lambda f: pickle.loads(pickle.dumps(Evil(f / "trap"))), tmp_path)
    assert "pickle.find_class" in found


def test_a_program_that_is_started_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(lambda _: subprocess.run([sys.executable, "-c", ""]), tmp_path)
    assert "subprocess.Popen" in found


def test_a_hang_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIMIT", 0.05)
    (found,) = faults(lambda _: time.sleep(60), tmp_path)
    assert "Hang" in found


def test_an_exception_that_is_not_for_users_is_a_fault(tmp_path: Path) -> None:
    (found,) = faults(lambda _: read(lambda: {}["x"]), tmp_path)
    assert "--case 0" in found
    assert "KeyError" in found


def test_a_refusal_in_two_lines_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def main(_words: object) -> int:
        sys.stderr.write("one\ntwo\n")
        return 2

    monkeypatch.setattr("tests.fuzz.command.main", main)
    (found,) = faults(lambda folder: nas(["show"], folder), tmp_path)
    assert "2 lines" in found


def test_a_case_can_be_repeated_by_its_number(tmp_path: Path) -> None:
    drawn: list[float] = []

    def case(rng: Random, _folder: Path) -> bool:
        drawn.append(rng.random())
        return True

    for numbers in (range(5), range(3, 4)):
        run_kind("kind", lambda _: case, numbers, 7, tmp_path / "home")
    assert drawn[5] == drawn[3]
    assert len(set(drawn)) == 5
