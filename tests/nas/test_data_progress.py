import io
from pathlib import Path

import pytest
from rich.console import Console

from nas.compose import make_data
from nas.config_source import load_config
from nas.data_progress import data_progress


def told(*pairs: tuple[int, int], terminal: bool = False) -> str:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=80)
    with data_progress(console) as progress:
        for done, total in pairs:
            progress(done, total)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_off_a_terminal_a_line_tells_of_the_first_and_of_the_last_image() -> None:
    lines = told((0, 900), (64, 900), (128, 900), (900, 900)).splitlines()
    assert lines == ["preparing images: 0 of 900", "preparing images: 900 of 900"]


def test_ten_seconds_later_comes_another_line(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100, 6))
    monkeypatch.setattr("nas.data_progress.time.monotonic", lambda: next(clock))
    lines = told((0, 900), (64, 900), (128, 900), (192, 900)).splitlines()
    assert [line.split()[2] for line in lines] == ["0", "128"]


def test_each_split_has_its_own_lines() -> None:
    lines = told((0, 9), (9, 9), (0, 9), (9, 9)).splitlines()
    assert [line.split()[2] for line in lines] == ["0", "9", "0", "9"]


def test_on_a_terminal_a_bar_is_drawn() -> None:
    assert "900/900" in told((0, 900), (64, 900), (900, 900), terminal=True)


@pytest.mark.parametrize("terminal", [False, True])
def test_with_cached_data_nothing_is_drawn(terminal: bool) -> None:
    assert told(terminal=terminal) == ""


def test_scenes_are_told_of_once(tmp_path: Path) -> None:
    given = {"data.cache": str(tmp_path), "data.scenes_train": "30", "data.scenes_reward": "20"}
    config = load_config("smoke", given)
    first: list[tuple[int, int]] = []
    make_data(config, progress=lambda done, total: first.append((done, total)))
    again: list[tuple[int, int]] = []
    make_data(config, progress=lambda done, total: again.append((done, total)))
    assert (30, 30) in first and (20, 20) in first
    assert again == []
