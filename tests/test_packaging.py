import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ["controllers", "nas", "proxy_tasks", "results", "search_space"]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_resolves_inside_this_project(name: str) -> None:
    """Others on the package index have packages called `nas` and `results`."""
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent == ROOT / name


@pytest.mark.parametrize("name", ROOMS)
def test_the_public_names_are_sorted_and_there(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__all__ == sorted(set(module.__all__), key=lambda n: (not n.isupper(), n))
    assert all(hasattr(module, public) for public in module.__all__)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_says_that_it_is_typed(name: str) -> None:
    assert (ROOT / name / "py.typed").is_file()
