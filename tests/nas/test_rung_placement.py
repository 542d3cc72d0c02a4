import math

import numpy as np
import pytest

from nas.errors import UsageError
from nas.rung_placement import CHANCE, USEFUL, recommended_rungs, rung_advice


def test_shares_that_rank_like_the_whole_become_rungs() -> None:
    """As measured on the 200-step proxy, over sound and unsound networks."""
    assert recommended_rungs({0.5: 0.82, 0.25: 0.70, 1.0: 1.0}) == (0.25, 0.5)


def test_a_share_whose_order_is_chance_is_no_rung() -> None:
    """As measured over the sound networks alone."""
    assert recommended_rungs({0.25: 0.02, 0.5: 0.40}) == ()
    assert rung_advice({0.25: 0.02, 0.5: 0.40}).startswith("no rungs: rank agreement")


def test_a_later_rung_that_knows_no_more_is_left_out() -> None:
    assert recommended_rungs({0.125: 0.6, 0.25: 0.6, 0.5: 0.8}) == (0.125, 0.5)
    assert recommended_rungs({0.125: 0.6, 0.25: 0.65, 0.5: 0.62}) == (0.125, 0.25)


def test_what_a_rung_cannot_tell_apart_is_said() -> None:
    advice = rung_advice({0.25: 0.70, 0.5: 0.82}, {0.25: 0.02, 0.5: 0.40})
    assert "'[0.25, 0.5]'" in advice
    assert "at 0.25 is chance" in advice


def test_an_interval_that_leaves_chance_open_is_said() -> None:
    advice = rung_advice({0.25: 0.70, 0.5: 0.82}, lowest={0.25: 0.16, 0.5: 0.43})
    assert advice.startswith("--halving.rungs '[0.25, 0.5]'; so few candidates")
    assert "(rank agreement may be 0.16 at 0.25)" in advice
    assert "few" not in rung_advice({0.5: 0.82}, lowest={0.5: 0.31})


def test_the_limits_are_those_of_twelve_candidates_in_an_order_of_chance() -> None:
    """20,000 shuffles: the standard error of the share is 0.15 %, of the deviation 0.0015."""
    rng = np.random.default_rng(0)
    orders = rng.permuted(np.tile(np.arange(12), (20_000, 1)), axis=1)
    found = 1 - 6 * ((orders - np.arange(12)) ** 2).sum(axis=1) / (12 * (12**2 - 1))
    assert found.std() == pytest.approx(CHANCE, abs=0.01)
    assert (found >= USEFUL).mean() == pytest.approx(0.05, abs=0.01)


def test_without_a_measurement_there_are_no_rungs() -> None:
    assert recommended_rungs({}) == ()


@pytest.mark.parametrize("agreement", [{0.0: 0.5}, {1.5: 0.5}, {0.5: 2.0}, {0.5: math.nan}])
def test_what_is_no_agreement_is_refused(agreement: dict[float, float]) -> None:
    with pytest.raises(UsageError):
        recommended_rungs(agreement)
