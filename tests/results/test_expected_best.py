from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.expected_best import expected_best

scores = st.lists(st.floats(-10, 10), min_size=1, max_size=6)


@given(scores, st.integers(0, 3))
def test_it_is_the_mean_over_all_choices_that_have_a_reward(
    rewards: list[float], failed: int
) -> None:
    frame = expected_best(rewards, failed)
    everything = [*rewards, *[-np.inf] * failed]
    assert frame["n"].tolist() == list(range(1, len(everything) + 1))
    for n, expected in zip(frame["n"], frame["expected"], strict=True):
        best = [max(chosen) for chosen in combinations(everything, n)]
        assert expected == pytest.approx(np.mean([one for one in best if one > -np.inf]), abs=1e-9)


def test_uniform_numbers_have_the_closed_form_of_their_ranks() -> None:
    frame = expected_best(list(range(1, 5001)))  # E max = n (N + 1) / (n + 1)
    n = frame["n"].to_numpy(float)
    assert frame["expected"].to_numpy(float) == pytest.approx(n * 5001 / (n + 1), rel=1e-9)
    assert (n[0], n[-1]) == (1, 5000) and len(n) <= 200


@pytest.mark.parametrize(("count", "n"), [(100, 1), (100, 5), (200, 10)])
def test_a_new_search_is_outside_of_the_band_as_often_as_promised(count: int, n: int) -> None:
    # 1,000 searches with at most 5 % outside at each end: 80 are 4.4 SD too many.
    places = expected_best(list(range(count))).iloc[n - 1]
    rng = np.random.default_rng(count + n)
    seen = np.sort(rng.exponential(size=(1000, count)))
    best = rng.exponential(size=(1000, n)).max(1)
    assert (best < seen[:, int(places["low"])]).sum() < 80
    assert (best > seen[:, int(places["high"])]).sum() < 80


def test_the_upper_bound_ends_where_a_twentieth_of_searches_would_find_something_new() -> None:
    frame = expected_best(list(range(200)))
    assert frame["high"].notna().sum() == 10  # n / (N + n) <= 5 %


def test_nothing_is_expected_of_no_reward() -> None:
    assert len(expected_best([], failed=3)) == 0
