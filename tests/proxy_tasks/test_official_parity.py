"""The backbone against fixtures made by the official implementation."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests import official_adapter

FIXTURES = ["rand_a_relu", "s49S_x065_swish", "s49_x025_relu", "s96_x025_a05_relu"]


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


@pytest.mark.parametrize("name", FIXTURES)
def test_endpoints_equal_the_official_ones_within_1e_5(
    checker: ModuleType, shared: Path, name: str
) -> None:
    fixture = checker.Fixture(shared / "reference" / "parity" / f"{name}.npz")
    assert checker.check(fixture, official_adapter, tolerance=1e-5)


@pytest.mark.parametrize("name", FIXTURES)
def test_trainable_parameters_equal_the_official_count(
    checker: ModuleType, shared: Path, name: str
) -> None:
    fixture = checker.Fixture(shared / "reference" / "parity" / f"{name}.npz")
    model = official_adapter.project_build(**fixture.arguments())
    ours = sum(p.numel() for p in model.parameters())
    assert ours == fixture.meta["parameters_trainable"]
