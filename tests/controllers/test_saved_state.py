from typing import Any

import pytest

from controllers import InvalidState
from controllers.saved_state import saved_count, saved_list, saved_results, saved_scored
from tests.controllers.toy_space import ToySpace

SPACE = ToySpace(length=2)


@pytest.mark.parametrize("count", [-1, 10**40, True, 1.0, "1", None])
def test_what_is_no_count_is_refused(count: Any) -> None:
    with pytest.raises(InvalidState, match="steps="):
        saved_count({"steps": count}, "steps")


@pytest.mark.parametrize("entries", [{}, "", None, 3])
def test_what_is_no_list_is_refused(entries: Any) -> None:
    with pytest.raises(InvalidState, match="known="):
        saved_list({"known": entries}, "known")


def test_a_list_that_is_too_long_is_refused() -> None:
    assert saved_list({"best": [1]}, "best", most=1) == [1]
    with pytest.raises(InvalidState, match="best has 2 entries, at most 1 fit"):
        saved_list({"best": [1, 2]}, "best", most=1)


@pytest.mark.parametrize(
    "entry",
    [[[0, 0], 0.5], [[0, 1], True], [[0, 1], "1"], [[0, 1]], [[0, 1.0], 1], [[False, 1], 1], 3],
)
def test_what_is_no_result_of_the_space_is_refused(entry: Any) -> None:
    with pytest.raises(InvalidState, match="journal is not one of this space"):
        saved_results({"journal": [entry]}, "journal", SPACE)


def test_a_failure_is_a_result_but_has_no_reward() -> None:
    state = {"journal": [[[0, 1], 1], [[1, 0], None]]}
    assert saved_results(state, "journal", SPACE) == [((0, 1), 1.0, 1.0), ((1, 0), None, 1.0)]
    with pytest.raises(InvalidState, match="journal has a member without a reward"):
        saved_scored(state, "journal", SPACE)
