"""Runs of the command line that take a second: the analytic task, in this process."""

import json
from pathlib import Path

import pytest

from nas.cli import main

FAST = ["smoke", "--pump", "local", "--task.name", "analytic"]


def search(directory: Path, *more: str) -> int:
    return main(["search", *FAST, "--run-dir", str(directory), *more])


def trials(directory: Path, capsys: pytest.CaptureFixture[str]) -> list[dict]:
    capsys.readouterr()
    assert main(["leaderboard", str(directory), "--format", "json"]) == 0
    rows: list[dict] = json.loads(capsys.readouterr().out)
    return rows
