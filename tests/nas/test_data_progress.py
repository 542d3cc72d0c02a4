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


def numbers(monkeypatch: pytest.MonkeyPatch, *pairs: tuple[int, int]) -> list[str]:
    """What is told of, off a terminal, where six seconds pass from one call to the next."""
    clock = iter(range(0, 100, 6))
    monkeypatch.setattr("nas.data_progress.time.monotonic", lambda: next(clock))
    return [line.split()[2] for line in told(*pairs).splitlines()]


def test_off_a_terminal_what_is_soon_done_is_not_told_of() -> None:
    assert told((0, 900), (64, 900), (900, 900)) == ""


def test_ten_seconds_later_comes_a_line_and_at_the_end_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = (0, 900), (64, 900), (128, 900), (192, 900), (900, 900)
    assert numbers(monkeypatch, *pairs) == ["128", "900"]


def test_each_split_has_its_own_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = (0, 90), (1, 90), (2, 90), (90, 90), (0, 70), (70, 70)
    assert numbers(monkeypatch, *pairs) == ["2", "90"]


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
