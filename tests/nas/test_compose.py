import os
from pathlib import Path

import pytest
import torch

from nas.compose import cache_directory, make_detection_task
from nas.config_source import load_config

SMALL = {"data.scenes_train": "2", "data.scenes_reward": "2"}


def test_a_relative_cache_home_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the XDG Base Directory Specification says."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert cache_directory(load_config("smoke", {})) == tmp_path / ".cache" / "spinenas"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    assert cache_directory(load_config("smoke", {})) == tmp_path / "other" / "spinenas"


@pytest.mark.parametrize("asked", ["1000000", "9" * 5000])
def test_no_more_threads_are_made_than_there_are_cores(
    asked: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", made.append)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    make_detection_task(load_config("smoke", {**SMALL, "data.cache": str(tmp_path)}))
    assert made == [os.cpu_count()]
