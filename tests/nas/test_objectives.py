import pytest

from nas.errors import UsageError
from nas.objectives import ap


def test_the_reward_is_the_ap() -> None:
    assert ap({"AP": 0.25, "AP50": 0.5}) == 0.25


def test_a_task_without_ap_needs_an_objective_of_its_own() -> None:
    with pytest.raises(UsageError, match=r"reports accuracy but no AP"):
        ap({"accuracy": 0.9})
