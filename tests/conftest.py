"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import pytest

# Before torch is imported: its threads would wait for each other on a shared machine's cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference fixtures and data sets beside the checkout, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside this checkout: reference fixtures are not there")
    return SHARED
