"""The backbone against fixtures made by the official implementation."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests import official_adapter


@pytest.fixture(scope="module")
def checker(shared: Path) -> ModuleType:
    path = shared / "reference" / "parity" / "check_parity.py"
    if not path.is_file():
        pytest.skip("no official fixtures beside this checkout")
    spec = importlib.util.spec_from_file_location("check_parity", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def fixtures(checker: ModuleType, shared: Path) -> Iterator[Any]:
    """Every fixture of a network that lies there."""
    for path in sorted((shared / "reference" / "parity").glob("*.npz")):
        with np.load(path) as file:
            of_a_network = "meta" in file.files
        if of_a_network:
            yield checker.Fixture(path)


def test_endpoints_equal_the_official_ones_within_1e_5(checker: ModuleType, shared: Path) -> None:
    for fixture in fixtures(checker, shared):
        assert checker.check(fixture, official_adapter, tolerance=1e-5), fixture.name


def test_trainable_parameters_equal_the_official_count(checker: ModuleType, shared: Path) -> None:
    counted = 0
    for fixture in fixtures(checker, shared):
        model = official_adapter.project_build(**fixture.arguments())
        ours = sum(p.numel() for p in model.parameters())
        assert ours == fixture.meta["parameters_trainable"], fixture.name
        counted += 1
    assert counted >= 4
