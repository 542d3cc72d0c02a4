"""What is known of a search from outside its store, and whether the store still agrees.

Acknowledged is a result that was printed, that a reader saw, or that was there after a fault, be it
a reward, infeasible or a failure: from then on it must be there, unchanged. Only a failure that is
tried again because somebody asked for it becomes something else, and the journal keeps it.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from nas.run_replay import replay_run
from results import FailureKind, Trial, TrialStore
from results.event import Event
from tests.torture.audit import Audit, Evaluation
from tests.torture.audited_task import mended
from tests.torture.fates import INFEASIBLE, fate, recorded
from tests.torture.record import Record, brief, evaluation, printed, read, said
from tests.torture.searches import FAILING, Search
from tests.torture.tally import LOST, OTHER, REPLAY, TWICE, Tally

Kinds = frozenset[FailureKind]
NONE: Kinds = frozenset()


class Witness:
    """Checks a search after each of its lives; `reference`: its journal if nothing disturbs it."""

    def __init__(
        self, search: Search, tally: Tally, reference: list[tuple[object, ...]] | None = None
    ) -> None:
        self.search, self.tally, self.reference = search, tally, reference
        self.audit = Audit(search.audit)
        self.acknowledged: dict[int, Trial] = {}
        self.events: list[Event] = []
        self.budget = search.budget
        self.begun: Counter[Evaluation] = Counter()

    def release(self) -> None:
        """From now on the search is told what its undisturbed twin is not."""
        self.reference = None

    def check(
        self, fault: str, lines: Iterable[str], workers_lost: int = 0, retried: Kinds = NONE
    ) -> Record | None:
        """After a life with this fault, which printed (or whose reader saw) `lines`.

        `workers_lost`: so many evaluations may have begun again within this life. `retried`: such
        failures may be tried again.
        """
        told = printed(lines)
        if not self.search.begun:
            if told or self.acknowledged or self.audit.new_lines():
                self._wrong(fault, LOST, "the store is gone")
            return None
        try:
            with TrialStore.open_read_only(self.search.directory) as store:
                record = read(store)
        except Exception as error:
            self._wrong(fault, LOST, f"cannot be opened: {type(error).__name__}: {error}")
            return None
        reopened = self._check_journal(fault, record, retried)
        self._check_results(fault, record, told, reopened)
        self._check_evaluations(fault, record, workers_lost, reopened)
        self._check_counts(fault, record)
        self._check_fates(fault, record, workers_lost)
        self._check_budget(fault, record)
        self._check_replay(fault, record)
        self.acknowledged, self.events = record.finished, record.events
        return record

    def _check_journal(self, fault: str, record: Record, retried: Kinds) -> set[int]:
        """It only grows. Returns the trials that were reopened in this life, as they may be."""
        known = len(self.events)
        if record.events[:known] != self.events:
            self._wrong(fault, LOST, f"the first {known} events are others")
        if any(after.seq != before.seq + 1 for before, after in pairwise(record.events)):
            self._wrong(fault, OTHER, "the journal is out of order")
        reopened: set[int] = set()
        for event in record.events[known:]:
            if event.kind != "retry":
                continue
            before = self.acknowledged.get(event.number)
            failure = before.failure if before else None
            if failure is None or failure.kind not in retried:
                self._wrong(fault, TWICE, f"{event} of what was {brief(before)}, not {retried}")
            kept = json.loads(event.detail or "{}").get("failure")
            if failure is not None and kept != str(failure):
                self._wrong(fault, LOST, f"{event} of what had failed, {failure}")
            reopened.add(event.number)
        return reopened

    def _check_results(
        self, fault: str, record: Record, told: set[tuple[int, str]], reopened: set[int]
    ) -> None:
        trials = {trial.number: trial for trial in record.trials}
        for number, before in self.acknowledged.items():
            found = trials.get(number)
            if number in reopened and found is not None:
                same = ("key", "fidelity", "seed", "genotype", "continues", "started")
                if all(getattr(found, name) == getattr(before, name) for name in same):
                    continue
            if found != before:
                self._wrong(fault, LOST, f"{brief(before)} became {brief(found)}")
        for number, text in told:
            found = record.finished.get(number)
            if found is None or said(found) != text:
                self._wrong(fault, LOST, f"trial {number}, printed as {text}, is {brief(found)}")

    def _check_evaluations(
        self, fault: str, record: Record, workers_lost: int, reopened: set[int]
    ) -> None:
        """No trial that had ended before this life began in it, and none began in it twice."""
        new = self.audit.new_lines()
        known = {evaluation(trial) for trial in record.trials}
        ended = {evaluation(t) for t in self.acknowledged.values() if t.number not in reopened}
        again = 0
        for (what, which), count in new.items():
            if which not in known:
                self._wrong(fault, LOST, f"the proposal of evaluation {which}, which {what}")
            if what == "begun":
                again += count - 1
                if which in ended:
                    self._wrong(fault, TWICE, f"evaluation {which} had ended before")
        if again > workers_lost:
            self._wrong(fault, TWICE, f"{again} began again, {workers_lost} workers were lost")
        imported = record.of_kind("import")
        for trial in record.finished.values():
            which = evaluation(trial)
            self.begun[which] += new["begun", which]
            measured = trial.failure is None or not trial.failure.kind.is_infrastructure
            if measured and not self.begun[which] and not imported[trial.number]:
                self._wrong(fault, OTHER, f"trial {trial.number} has a result nobody measured")

    def _check_counts(self, fault: str, record: Record) -> None:
        """Each trial began once, and was observed once for each of its results; no candidate that
        was known was proposed as a new one."""
        begun = record.of_kind("propose", "promote", "import")
        if set(begun.values()) - {1} or begun.keys() != {t.number for t in record.trials}:
            self._wrong(fault, TWICE, f"proposals {begun}")
        results = Counter(dict.fromkeys(record.finished, 1)) + record.of_kind("retry")
        if record.of_kind("observe", "import") != results:
            self._wrong(fault, TWICE, f"observations {record.of_kind('observe', 'import')}")
        each = Counter((trial.key, trial.fidelity, trial.seed) for trial in record.trials)
        if each and max(each.values()) > 1:
            self._wrong(fault, TWICE, f"evaluations {each.most_common(1)}")
        trials = {trial.number: trial for trial in record.trials}
        known: set[str] = set()
        for event in record.events:
            key = trials[event.number].key if event.number in trials else ""
            if event.kind == "propose" and key in known:
                self._wrong(fault, TWICE, f"{event} is of a candidate that was known")
            known.add(key)

    def _check_fates(self, fault: str, record: Record, workers_lost: int) -> None:
        """What has ended in this life did so as its candidate is fated to."""
        right_now = mended(self.search.audit)
        for number, trial in record.finished.items():
            if trial == self.acknowledged.get(number) or record.of_kind("import")[number]:
                continue
            seed, share = evaluation(trial)
            fated = fate(trial.key, seed, float(share), FAILING, self.search.hanging)
            kind = None if trial.failure is None else trial.failure.kind
            if kind is not None and kind.is_infrastructure and workers_lost:
                continue
            as_fated = kind == recorded(fated)
            if kind is None and as_fated:
                as_fated = (trial.reward is None) == (fated == INFEASIBLE)
            if not as_fated and (fated not in right_now or kind or trial.reward is None):
                self._wrong(fault, OTHER, f"{brief(trial)}, whose candidate {fated}")

    def _check_budget(self, fault: str, record: Record) -> None:
        """It is what was asked for, and an extension is there to stay."""
        budget = json.loads(record.meta["config"])["search"]["trials"]
        if budget not in (self.budget, self.search.whole_budget):
            self._wrong(fault, LOST, f"the budget was {self.budget} and is {budget}")
        self.budget = budget

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

    def check_copies(self, fault: str, record: Record, sources: list[Record]) -> None:
        """Each evaluation of `sources`, finished or not, is in a run that was made of them once,
        with the result that it has in one of them: a completed one before a failure."""
        found = {evaluation(trial): trial for trial in record.trials}
        wanted: dict[Evaluation, list[Trial]] = {}
        for source in sources:
            for trial in source.finished.values():
                wanted.setdefault(evaluation(trial), []).append(trial)
        if found.keys() != wanted.keys() or len(record.trials) != len(wanted):
            lost = wanted.keys() - found.keys()
            self._wrong(fault, LOST, f"{len(record.trials)} of {len(wanted)}, without {lost}")
        for which in found.keys() & wanted.keys():
            got = replace(found[which], number=0, continues=None)
            choice = [replace(trial, number=0, continues=None) for trial in wanted[which]]
            if got not in choice or (got.failure and any(not t.failure for t in choice)):
                self._wrong(fault, LOST, f"{list(map(brief, choice))} became {brief(got)}")

    def _wrong(self, fault: str, what: str, detail: str) -> None:
        self.tally.wrong(fault, what, f"{self.search.name}, {self.search.directory}: {detail}")
