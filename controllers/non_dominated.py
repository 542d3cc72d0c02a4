"""Ranks and crowding of candidates with two objectives: a reward to maximise, a cost to minimise.

One candidate dominates another that it is no worse than in both objectives and better than in one.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

Point = tuple[float, float]  # reward, the larger the better; cost, the smaller the better

EDGE: Final = math.inf  # the crowding distance of a front's ends


def dominates(first: Point, second: Point) -> bool:
    """Whether the first is no worse in both objectives, and not the same point."""
    return first != second and first[0] >= second[0] and first[1] <= second[1]


def non_dominated_ranks(points: Sequence[Point]) -> list[int]:
    """0 for points that none dominates, 1 for those that only rank 0 dominates, and so on.

    Deb et al. 2002 (10.1109/4235.996017), section III-A, here in O(n log n): by ascending cost a
    point joins the first front whose point of highest cost does not dominate it.
    """
    ranks = [0] * len(points)
    ends: list[Point] = []  # of each front so far, as (-reward, cost): ascending
    for index in sorted(range(len(points)), key=lambda i: (points[i][1], -points[i][0])):
        reward, cost = points[index]
        rank = bisect_left(ends, (-reward, cost))
        ranks[index] = rank
        ends[rank : rank + 1] = [(-reward, cost)]
    return ranks


def crowding_distances(points: Sequence[Point], ranks: Sequence[int]) -> list[float]:
    """How far apart the neighbours of a point in its front are: the larger, the lonelier.

    Deb et al. 2002, section III-B: the sum over both objectives of the distance between the two
    neighbours, as a share of the front's range; infinite at the front's ends.
    """
    fronts: dict[int, list[int]] = {}
    for index, rank in enumerate(ranks):
        fronts.setdefault(rank, []).append(index)
    distances = [0.0] * len(points)
    for front in fronts.values():
        for objective in (0, 1):
            front.sort(key=lambda i: points[i][objective])
            values = [points[i][objective] / 2 for i in front]  # halves have a finite difference
            spread = values[-1] - values[0]
            distances[front[0]] = distances[front[-1]] = EDGE
            for place in range(1, len(front) - 1):
                if spread > 0:
                    gap = values[place + 1] - values[place - 1]
                    distances[front[place]] += gap / spread
    return distances
