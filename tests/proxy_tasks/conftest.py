"""Fixtures of this room's tests."""

from pathlib import Path

import pytest

from tests.proxy_tasks.coco_folder import CocoFolder, make_coco_folder


@pytest.fixture
def coco_folder(tmp_path: Path) -> CocoFolder:
    """A small, sound data set in COCO's format, to be damaged by the test."""
    return make_coco_folder(tmp_path / "data")
