"""What a search with a Ray of its own leaves behind, as a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nas.ray_home import RayHome

WORDS = [sys.executable, "-m", "nas.cli", "search", "smoke", "--task.name", "analytic"]


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path leaves room for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as folder:
        yield Path(folder)


def searched(run: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*WORDS, "--trials", "2", "--workers", "1", "--run-dir", str(run)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.ray
def test_a_search_leaves_nothing_outside_its_run_directory(tmp_path: Path, short: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = searched(tmp_path / "run", HOME=str(home), RAY_TMPDIR=str(short))
    assert done.returncode == 0
    assert not list(short.iterdir())
    assert not (home / ".ray").exists()


@pytest.mark.ray
def test_a_ray_that_cannot_start_is_one_line(tmp_path: Path) -> None:
    done = searched(tmp_path / "run", RAY_TMPDIR=str(tmp_path / ("x" * 100)))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("nas: Ray cannot be started on this machine (")
    assert "RAY_TMPDIR" in done.stderr


def test_the_environment_is_as_before(monkeypatch: pytest.MonkeyPatch, short: Path) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(short))
    before = dict(os.environ)
    home = RayHome()
    assert home.folder.parent == short
    assert os.environ["RAY_AUTH_TOKEN"]
    home.close()
    assert os.environ == before
    assert not home.folder.exists()


def test_a_long_tmpdir_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("x" * 100)))
    home = RayHome()
    assert home.folder.parent == Path("/tmp")
    home.close()
