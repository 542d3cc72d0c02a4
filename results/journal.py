"""A run's journal in columns, read once for all who look at one snapshot."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
from numpy.typing import NDArray

from results.errors import StoreDamaged
from results.event import EventKind
from results.sqlite_faults import damaged
from results.trial_queries import TrialQueries

KINDS: Final[tuple[EventKind, ...]] = get_args(EventKind)
CODES: Final = {kind: code for code, kind in enumerate(KINDS)}

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Journal:
    """All events in their order; event `seq` stands at place seq - 1.

    Args:
        codes: `[events]`, the place of each kind in KINDS.
        numbers: `[events]`, the trial of each.
        made: places of the proposals that name what they were made of.
        details: of each of those, what it names.
    """

    codes: NDArray[np.int8]
    numbers: Places
    made: Places
    details: Sequence[str]

    def of(self, *kinds: EventKind) -> NDArray[np.bool_]:
        """Which events are of one of these kinds."""
        return np.isin(self.codes, [CODES[kind] for kind in kinds])

    def proposed(self) -> Places:
        """Numbers of the trials that the controller proposed, in order."""
        return self.numbers[self.of("propose")]

    def results(self) -> Places:
        """Trials in the order of their results; of one that was tried again, of the last."""
        places = np.flatnonzero(self.of("observe", "import", "retry"))[::-1]
        # Of each trial the last of these; where that is a retry it has no result yet.
        _, last = np.unique(self.numbers[places], return_index=True)
        ends = np.sort(places[last])
        found: Places = self.numbers[ends[self.codes[ends] != CODES["retry"]]]
        return found


def journal(store: TrialQueries) -> Journal:
    """Of a run as of one moment. Raises StoreDamaged."""
    with store.snapshot():
        return store.once(_read)


def parents(journal: Journal, store: TrialQueries) -> tuple[Places, Places]:
    """Child and parent of each pair that proposals name, in the order of the journal.

    Numbers of trials, which may not be there. Raises StoreDamaged where a detail is no list of
    integers.
    """
    lists = _lists(journal, store)
    children = np.repeat(journal.numbers[journal.made], [len(one) for one in lists])
    flat = np.fromiter((number for one in lists for number in one), np.int64)
    return children, flat


def _lists(journal: Journal, store: TrialQueries) -> list[list[int]]:
    found = []
    for place, detail in zip(journal.made.tolist(), journal.details, strict=True):
        try:
            numbers = json.loads(detail)
            if type(numbers) is not list or not all(type(one) is int for one in numbers):
                raise ValueError("it names no trials")
            if not all(-(2**63) <= one < 2**63 for one in numbers):
                raise ValueError("it names no trial")
        except (ValueError, TypeError, RecursionError) as fault:
            raise nonsense(journal, store, place, str(fault)) from fault
        found.append(list(dict.fromkeys(numbers)))
    return found


def nonsense(journal: Journal, store: TrialQueries, place: int, fault: str) -> StoreDamaged:
    """The error about an event that does not say what its trial was made of."""
    number = int(journal.numbers[place])
    what = f"event {place + 1} does not say what trial {number} was made of: {fault}"
    return StoreDamaged(damaged(store.path, what))


def _read(store: TrialQueries) -> Journal:
    codes: list[NDArray[np.int8]] = []
    numbers: list[Places] = []
    made: list[int] = []
    details: list[str] = []
    for rows in store.event_batches():
        codes.append(np.array([CODES.get(row[1], -1) for row in rows], np.int8))
        if not {int} >= {type(row[2]) for row in rows}:
            what = f"one of the events {rows[0][0]} to {rows[-1][0]} is of no trial"
            raise StoreDamaged(damaged(store.path, what))
        numbers.append(np.array([row[2] for row in rows], np.int64))
        for row in rows:
            if row[3] is not None and row[1] == "propose":
                made.append(row[0] - 1)
                details.append(row[3])
    return Journal(
        np.concatenate([np.zeros(0, np.int8), *codes]),
        np.concatenate([np.zeros(0, np.int64), *numbers]),
        np.array(made, np.int64),
        details,
    )
