"""Which networks of a race are scored on the test split: they are chosen once.

Who looks at the test split again and again, and each time at the best, searches on it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from nas.committed_study import PlannedTrial
from nas.rerank_study import replanned
from results import TrialStore

FINALISTS = "finalists"  # the entry of a store's meta that has the choice


@dataclass(frozen=True, slots=True)
class Finalists:
    """A choice, and what it was made by.

    Args:
        trials: numbers of trials of the search that were to be trained then, in their order.
        race: trainings that the race had.
        top: how many networks were asked for.
    """

    trials: Sequence[int]
    race: int
    top: int


def finalists(
    search: TrialStore,
    store: TrialStore,
    best: Callable[[], Sequence[int]],
    asked: tuple[int, int],
    told: Callable[[str], None],
) -> list[PlannedTrial]:
    """All that are in the test store, in their order, and behind them those to train now.

    The choice is kept in the store. It grows and shrinks with what is asked for, and is made anew
    once the race has trained more than it had then.

    Args:
        search: that the race is of.
        store: of the trainings that are scored on the test split.
        best: of the race, numbers of trials of the search, the best first.
        asked: trainings that the race has now, and how many networks are wanted.
        told: takes a line that says that the choice is made anew.
    """
    race, top = asked
    there = [replanned(trial) for trial in store.trials()]
    tested = {one.architecture.key for one in there}

    def left(numbers: Sequence[int]) -> list[int]:
        return [one for one in numbers if search.trial(one).key not in tested]

    before = _stored(store) or Finalists([], race, top)
    now = left(before.trials)
    places = max(0, top - len(there))
    if race > before.race:
        anew = left(best()[:top])
        if set(anew) != set(now):
            told(
                f"the race has trained {race - before.race} more since the networks for the test "
                f"split were chosen: chosen anew, {len(anew)} more to score on it"
            )
        now = anew
    elif top < before.top:
        now = now[:places]
    elif places > len(now):
        first = left(best()[: len(there) + places + len(now)])
        now += [one for one in first if one not in now][: places - len(now)]
    _keep(store, Finalists(now, race, top))
    return there + [replanned(search.trial(one)) for one in now]


def _stored(store: TrialStore) -> Finalists | None:
    text = store.meta().get(FINALISTS)
    return None if text is None else Finalists(**json.loads(text))


def _keep(store: TrialStore, chosen: Finalists) -> None:
    text = json.dumps(asdict(chosen))
    if store.meta().get(FINALISTS) != text:
        store.set_meta(FINALISTS, text)
