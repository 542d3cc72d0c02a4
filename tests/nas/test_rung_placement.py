import math

import pytest

from nas.errors import UsageError
from nas.rung_placement import recommended_rungs, rung_advice


def test_shares_that_rank_like_the_whole_become_rungs() -> None:
    """As measured on the 200-step proxy, over sound and unsound networks."""
    assert recommended_rungs({0.5: 0.82, 0.25: 0.70, 1.0: 1.0}) == (0.25, 0.5)


def test_a_share_whose_order_is_chance_is_no_rung() -> None:
    """As measured over the sound networks alone."""
    assert recommended_rungs({0.25: 0.02, 0.5: 0.40}) == ()
    assert rung_advice({0.25: 0.02, 0.5: 0.40}).startswith("no rungs: rank agreement")


def test_a_second_rung_that_knows_no_more_is_left_out() -> None:
    assert recommended_rungs({0.125: 0.6, 0.25: 0.65, 0.5: 0.8}) == (0.125, 0.5)


def test_what_a_rung_cannot_tell_apart_is_said() -> None:
    advice = rung_advice({0.25: 0.70, 0.5: 0.82}, {0.25: 0.02, 0.5: 0.40})
    assert "'[0.25, 0.5]'" in advice
    assert "at 0.25 is chance" in advice


def test_without_a_measurement_there_are_no_rungs() -> None:
    assert recommended_rungs({}) == ()


@pytest.mark.parametrize("agreement", [{0.0: 0.5}, {1.5: 0.5}, {0.5: 2.0}, {0.5: math.nan}])
def test_what_is_no_agreement_is_refused(agreement: dict[float, float]) -> None:
    with pytest.raises(UsageError):
        recommended_rungs(agreement)
