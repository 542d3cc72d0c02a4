import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import UsageError
from nas.rungs import Promotions, Rungs

Ended = list[tuple[int, float | None]]  # number and reward


def best(ended: Ended, places: int, promoted: set[int]) -> int | None:
    """The first of so many places that was not promoted, by sorting everything anew."""
    order = sorted(ended, key=lambda one: (math.inf if one[1] is None else -one[1], one[0]))
    for number, reward in order[:places]:
        if reward is not None and number not in promoted:
            return number
    return None


@given(
    rewards=st.lists(st.none() | st.integers(0, 5).map(float), max_size=40),
    reduction=st.integers(2, 4),
    rungs=st.integers(2, 4),
    order=st.randoms(use_true_random=False),
)
def test_promotions_are_those_of_the_algorithm_done_naively(
    rewards: list[float | None], reduction: int, rungs: int, order: Random
) -> None:
    """Algorithm 2 of arXiv 1810.05934, with every rung sorted for every question.

    Who fails a rung is the last of those below, too.
    """
    promotions = Promotions(rungs, reduction)
    ended: list[Ended] = [[] for _ in range(rungs)]
    running: list[tuple[int, int, float | None]] = []
    continues: dict[int, int] = {}
    promoted: set[int] = set()
    number = 0
    while rewards or running:
        found = promotions.next(closing=False)
        wanted = None
        for rung in reversed(range(rungs - 1)):
            candidate = best(ended[rung], len(ended[rung]) // reduction, promoted)
            if candidate is not None:
                wanted = candidate, rung + 1
                break
        assert found == wanted
        if found is not None:
            promoted.add(found[0])
            continues[number] = found[0]
            promotions.begin(number, found[1], found[0])
            running.append((number, found[1], order.choice([None, 0.0, 1.0, 2.0, 3.0, 4.0])))
            number += 1
        elif rewards and order.random() < 0.5:
            promotions.begin(number, 0, None)
            running.append((number, 0, rewards.pop()))
            number += 1
        elif running:
            ended_number, rung, reward = running.pop(order.randrange(len(running)))
            promotions.end(ended_number, rung, reward)
            ended[rung].append((ended_number, reward))
            while reward is None and ended_number in continues:  # the last of every rung it ended
                ended_number, rung = continues[ended_number], rung - 1
                rest = [one for one in ended[rung] if one[0] != ended_number]
                ended[rung] = [*rest, (ended_number, None)]


def test_nobody_goes_on_at_the_end_while_a_better_one_may_arrive() -> None:
    promotions = Promotions(2, 3)
    promotions.begin(0, 0, None)
    promotions.begin(1, 0, None)
    promotions.end(0, 0, 0.1)
    assert promotions.next(closing=True) is None
    promotions.end(1, 0, 0.2)
    assert promotions.next(closing=False) is None
    assert promotions.next(closing=True) == (1, 1)


def test_a_failure_at_the_last_rung_frees_its_places_down_to_the_first() -> None:
    promotions = Promotions(3, 3)
    for number, reward in enumerate((0.3, 0.2, 0.1)):
        promotions.begin(number, 0, None)
        promotions.end(number, 0, reward)
    for rung in (1, 2):
        best, above = promotions.next(closing=True) or (-1, -1)
        assert (best, above) == ((0, 3)[rung - 1], rung)
        promotions.begin(rung + 2, rung, best)
        promotions.end(rung + 2, rung, 0.5 if rung == 1 else None)
    assert promotions.next(closing=True) == (1, 1)


def test_a_rung_of_failures_promotes_nobody() -> None:
    promotions = Promotions(2, 2)
    for number in range(6):
        promotions.begin(number, 0, None)
        promotions.end(number, 0, None)
    assert promotions.next(closing=True) is None


@pytest.mark.parametrize(("fidelities", "reduction"), [((), 3), (("a", "a"), 3), (("a", "b"), 1)])
def test_rungs_that_make_no_sense_are_refused(fidelities: tuple[str, ...], reduction: int) -> None:
    with pytest.raises(UsageError):
        Rungs(fidelities, reduction)
