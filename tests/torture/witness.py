"""What is known of a search from outside its store, and whether the store still agrees.

Acknowledged is a result that was printed, that a reader saw, or that was there after a fault: from
then on it must be there, unchanged.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from nas.run_replay import replay_run
from results import Trial, TrialStatus, TrialStore
from results.event import Event
from results.training_length import training_length
from tests.torture.audit import Audit, Evaluation
from tests.torture.searches import Search
from tests.torture.tally import LOST, OTHER, REPLAY, TWICE, Tally

PRINTED = re.compile(r"trial (\d+) [0-9a-f]{8}.*? reward (-?\d+\.\d{4})")


@dataclass(frozen=True)
class Record:
    """A whole run, as a reader finds it."""

    trials: list[Trial]
    events: list[Event]
    meta: dict[str, str]

    @property
    def finished(self) -> dict[int, Trial]:
        return {t.number: t for t in self.trials if t.status is not TrialStatus.RUNNING}

    def journal(self) -> list[tuple[object, ...]]:
        """What does not depend on the time of day."""
        trials = {trial.number: trial for trial in self.trials}
        return [
            (event.kind, event.number, trials[event.number].key, trials[event.number].seed)
            + ((trials[event.number].reward,) if event.kind == "observe" else ())
            for event in self.events
        ]


def read(store: TrialStore) -> Record:
    return Record(store.trials(), list(store.events()), store.meta())


def evaluation(trial: Trial) -> Evaluation:
    return trial.seed, f"{training_length(trial.fidelity).share:.6g}"


def printed(lines: Iterable[str]) -> set[tuple[int, str]]:
    """Number and reward of the trials in a driver's progress lines."""
    return {(int(n), r) for line in lines for n, r in PRINTED.findall(line.partition("best")[0])}


class Witness:
    """Checks a search after each of its lives; `reference`: its journal if nothing disturbs it."""

    def __init__(
        self, search: Search, tally: Tally, reference: list[tuple[object, ...]] | None = None
    ) -> None:
        self.search, self.tally, self.reference = search, tally, reference
        self.audit = Audit(search.audit)
        self.acknowledged: dict[int, Trial] = {}
        self.begun: Counter[Evaluation] = Counter()

    def check(self, fault: str, lines: Iterable[str], workers_lost: int = 0) -> Record | None:
        """After a life with this fault, which printed (or whose reader saw) `lines`.

        `workers_lost`: so many evaluations may have begun again within this life.
        """
        said = printed(lines)
        if not self.search.begun:
            if said or self.acknowledged or self.audit.new_lines():
                self._wrong(fault, LOST, "the store is gone")
            return None
        try:
            with TrialStore.open_read_only(self.search.directory) as store:
                record = read(store)
        except Exception as error:
            self._wrong(fault, LOST, f"cannot be opened: {type(error).__name__}: {error}")
            return None
        self._check_results(fault, record, said)
        self._check_evaluations(fault, record, workers_lost)
        self._check_counts(fault, record)
        self._check_replay(fault, record)
        self.acknowledged = record.finished
        return record

    def _check_results(self, fault: str, record: Record, said: set[tuple[int, str]]) -> None:
        finished = record.finished
        for number, before in self.acknowledged.items():
            if finished.get(number) != before:
                self._wrong(fault, LOST, f"{before} became {finished.get(number)}")
        for number, reward in said:
            found = finished.get(number)
            if found is None or found.reward is None or f"{found.reward:.4f}" != reward:
                self._wrong(fault, LOST, f"trial {number}, printed as {reward}, is {found}")

    def _check_evaluations(self, fault: str, record: Record, workers_lost: int) -> None:
        """No trial that was finished before this life began in it, and none began in it twice."""
        new = self.audit.new_lines()
        known = {evaluation(trial) for trial in record.trials}
        before = {evaluation(trial) for trial in self.acknowledged.values()}
        again = 0
        for (what, which), count in new.items():
            if which not in known:
                self._wrong(fault, LOST, f"the proposal of evaluation {which}, which {what}")
            if what == "begun":
                again += count - 1
                if which in before:
                    self._wrong(fault, TWICE, f"evaluation {which} was finished before")
        if again > workers_lost:
            self._wrong(fault, TWICE, f"{again} began again, {workers_lost} workers were lost")
        for trial in record.finished.values():
            which = evaluation(trial)
            self.begun[which] += new["begun", which]
            if trial.reward is not None and not self.begun[which]:
                self._wrong(fault, OTHER, f"trial {trial.number} has a result nobody measured")

    def _check_counts(self, fault: str, record: Record) -> None:
        """Each trial was proposed once, and observed once exactly if it has a result."""
        observed = Counter(event.number for event in record.events if event.kind == "observe")
        proposed = Counter(e.number for e in record.events if e.kind in ("propose", "promote"))
        if set(proposed.values()) - {1} or proposed.keys() != {t.number for t in record.trials}:
            self._wrong(fault, TWICE, f"proposals {proposed}")
        if observed != Counter(dict.fromkeys(record.finished, 1)):
            self._wrong(fault, TWICE, f"observations {observed}")
        if any(after.seq <= before.seq for before, after in pairwise(record.events)):
            self._wrong(fault, OTHER, "the journal is out of order")
        identities = Counter((trial.key, trial.fidelity) for trial in record.trials)
        if identities and max(identities.values()) > 1:
            self._wrong(fault, TWICE, f"candidates {identities.most_common(1)}")

    def _check_replay(self, fault: str, record: Record) -> None:
        """A fresh controller proposes all of it again; as the undisturbed search did."""
        try:
            replay_run(self.search.directory)
        except Exception as error:
            self._wrong(fault, REPLAY, f"{type(error).__name__}: {error}")
        if self.reference is None:
            return
        for seq, (got, wanted) in enumerate(zip(record.journal(), self.reference, strict=False)):
            if got != wanted:
                self._wrong(fault, REPLAY, f"event {seq} is {got}, undisturbed {wanted}")
                return
        if len(record.events) > len(self.reference):
            self._wrong(fault, REPLAY, f"{len(record.events)} events, not {len(self.reference)}")

    def _wrong(self, fault: str, what: str, detail: str) -> None:
        self.tally.wrong(fault, what, f"{self.search.name}, {self.search.directory}: {detail}")
