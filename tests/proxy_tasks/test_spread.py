import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.spread import LEAST_WEIGHT, MOST_POINTS, Spread, seed_spread

SMALL = st.floats(0.001, 10)


@given(st.lists(st.tuples(SMALL, SMALL), min_size=1, max_size=300))
def test_it_lies_between_the_smallest_and_the_largest_distance(
    points: list[tuple[float, float]],
) -> None:
    expected, distances = np.array(points).T
    found = Spread.fit(expected, distances**2)(expected)
    assert (found >= distances.min() * (1 - 1e-9)).all()
    assert (found <= distances.max() * (1 + 1e-9)).all()


@given(st.integers(1, 29), st.integers(0, 2**32 - 1))
def test_few_points_have_one_pooled_deviation(count: int, seed: int) -> None:
    expected, distances = np.random.default_rng(seed).normal(size=(2, count))
    found = Spread.fit(expected, distances**2)
    assert len(found.at) == 1
    assert found.sd[0] == pytest.approx(np.sqrt(np.mean(distances**2)))


def test_a_deviation_that_rises_is_found() -> None:
    rng = np.random.default_rng(0)
    expected = rng.uniform(1, 2, 4000)
    found = Spread.fit(expected, (expected * rng.standard_normal(4000)) ** 2)
    # The root of the mean square of 500 normal values is within 15 % but once in a million.
    assert len(found.at) == MOST_POINTS
    np.testing.assert_allclose(found.sd, found.at, rtol=0.15)


def test_weights_count_as_so_many_distances() -> None:
    expected = np.array([0.0, 1.0])
    found = Spread.fit(expected, np.array([1.0, 4.0]), np.array([LEAST_WEIGHT * 2, LEAST_WEIGHT]))
    again = Spread.fit(np.repeat(expected, (60, 30)), np.repeat([1.0, 4.0], (60, 30)))
    assert found.at[0] == again.at[0] == 0.0
    assert found.sd[-1] == pytest.approx(again.sd[-1])


@given(st.integers(0, 2**32 - 1))
def test_of_seeds_it_is_the_pooled_deviation_within_networks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = [rng.normal(size=size) for size in (1, 2, 3, 4)]
    network = np.repeat(np.arange(4), (1, 2, 3, 4))
    within = sum(((group - group.mean()) ** 2).sum() for group in groups)
    found = seed_spread(np.concatenate(groups), network)
    assert found is not None
    assert found.sd == (pytest.approx(np.sqrt(within / (1 + 2 + 3))),)


def test_without_a_second_seed_nothing_is_known() -> None:
    assert seed_spread(np.array([0.1, 0.2]), np.array([0, 1])) is None


@given(st.lists(SMALL, min_size=1, max_size=5, unique=True))
def test_json_gives_it_back(points: list[float]) -> None:
    spread = Spread(tuple(sorted(points)), tuple(points))
    assert Spread.from_dict(spread.as_dict()) == spread


@pytest.mark.parametrize(
    ("at", "sd"),
    [((), ()), ((1.0,), (1.0, 2.0)), ((2.0, 1.0), (1.0, 1.0)), ((1.0,), (-1.0,)),
     ((float("nan"),), (1.0,))],
)  # fmt: skip
def test_what_is_no_function_is_refused(at: tuple[float, ...], sd: tuple[float, ...]) -> None:
    with pytest.raises(InvalidRecipe, match="Spread"):
        Spread(at, sd)
