"""Studies that are closed when a test ends, and the test run's one Ray cluster."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from nas.study import Study
from tests.nas.tiny import make_study

OpenStudy = Callable[..., Study]


@pytest.fixture
def open_study(tmp_path: Path) -> Iterator[OpenStudy]:
    """Opens the study of this test's store, new or, once that was closed, resumed."""
    with ExitStack() as stack:

        def opened(*arguments: Any, **changes: Any) -> Study:
            study = make_study(tmp_path / "run.sqlite", *arguments, **changes)
            stack.callback(study.store.close)
            return study

        yield opened


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[None]:
    """Two CPU slots on this machine."""
    from nas.ray_session import ray_session

    with ray_session(2):
        yield
