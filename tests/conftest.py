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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under pytest-xdist, Ray's tests all go to one process: a test run has one cluster."""
    for item in items:
        if item.get_closest_marker("ray") is not None:
            item.add_marker(pytest.mark.xdist_group("ray"))
