import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controllers.non_dominated import Point, crowding_distances, dominates, non_dominated_ranks

# Few values, so that ties in one and in both objectives are common.
POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40)


def ranks_by_peeling(points: list[Point]) -> list[int]:
    """Brute force: take off what nothing dominates, again and again."""
    ranks = [-1] * len(points)
    rank = 0
    while -1 in ranks:
        left = [i for i, found in enumerate(ranks) if found == -1]
        for i in left:
            r, c = points[i]
            if not any(
                points[j][0] >= r and points[j][1] <= c and points[j] != points[i] for j in left
            ):
                ranks[i] = rank
        rank += 1
    return ranks


@given(POINTS)
def test_ranks_are_those_of_peeling_front_after_front(points: list[Point]) -> None:
    assert non_dominated_ranks(points) == ranks_by_peeling(points)


@given(POINTS, st.randoms())
def test_a_points_rank_does_not_depend_on_the_order(points: list[Point], random: object) -> None:
    shuffled = sorted(points, key=lambda _: random.random())  # type: ignore[attr-defined]
    ranks = dict(zip(points, non_dominated_ranks(points), strict=True))
    assert non_dominated_ranks(shuffled) == [ranks[point] for point in shuffled]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((2, 1), (1, 2), True),
        ((2, 1), (2, 2), True),
        ((2, 1), (1, 1), True),
        ((2, 1), (2, 1), False),
        ((2, 2), (1, 1), False),
        ((1, 2), (2, 1), False),
    ],
)
def test_one_dominates_if_no_worse_in_both_and_better_in_one(
    first: Point, second: Point, expected: bool
) -> None:
    assert dominates(first, second) is expected


def test_crowding_is_the_gap_between_the_neighbours_in_both_objectives() -> None:
    # By hand. Rewards span 10, costs 20: (1, 2) has neighbours (0, 0) and (4, 10), so 4/10 + 10/20;
    # (4, 10) has (1, 2) and (10, 20), so 9/10 + 18/20.
    points = [(4.0, 10.0), (0.0, 0.0), (10.0, 20.0), (1.0, 2.0)]
    crowding = crowding_distances(points, [0, 0, 0, 0])
    assert crowding == pytest.approx([1.8, math.inf, math.inf, 0.9])


def test_crowding_is_counted_within_each_front() -> None:
    points = [(4.0, 10.0), (0.0, 0.0), (10.0, 20.0), (1.0, 2.0)]
    assert crowding_distances(points, [0, 1, 0, 1]) == [math.inf] * 4


def test_equal_points_are_the_most_crowded() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (2.0, 2.0)]
    crowding = crowding_distances(points, [0] * 5)
    assert sorted(crowding[1:4])[0] == 0.0
    assert crowding[0] == crowding[4] == math.inf


def test_a_front_of_one_point_repeated_has_no_distances_but_its_ends() -> None:
    assert sorted(crowding_distances([(1.0, 1.0)] * 4, [0] * 4)) == [0, 0, math.inf, math.inf]


def test_no_points_have_no_ranks() -> None:
    assert non_dominated_ranks([]) == crowding_distances([], []) == []


def test_crowding_of_huge_values_is_that_of_small_ones() -> None:
    points = [(-4.0, -4.0), (-1.0, -1.0), (2.0, 2.0), (4.0, 4.0)]
    huge = [(reward * 2.0**1021, cost * 2.0**1021) for reward, cost in points]
    assert crowding_distances(huge, [0] * 4) == crowding_distances(points, [0] * 4)
