"""The results of a run in the order of its journal, for who has seen some of them."""

from collections.abc import Callable, Iterator, Mapping

from nas.tracked_result import TrackedResult, is_whole
from results import TrialStore


class ResultFeed:
    """What `is_known` does not know yet of a run's results, by their place in the journal.

    A trial that failed and was tried again is told with its last result only.
    """

    def __init__(self, store: TrialStore, is_known: Callable[[int], bool]) -> None:
        self._store, self._is_known = store, is_known
        self._read, self._place = 0, 0
        self._best: float | None = None

    def new(self) -> Iterator[TrackedResult]:
        """What has come since the last call."""
        first, places = not self._read, self._places()
        known = {number for place, number in places.items() if self._is_known(place)}
        if first and known:
            self._remember(known)
        for place, number in places.items():
            if number in known:
                continue
            trial = self._store.trial(number)
            if trial.finished is None:  # it is tried again
                continue
            if is_whole(trial.fidelity):
                self._surpass(trial.reward)
            yield TrackedResult(place, trial, self._best)

    def _places(self) -> Mapping[int, int]:
        """Trials by the place of their last new result, ascending."""
        last: dict[int, int] = {}
        for event in self._store.events(self._read):
            self._read = event.seq
            if event.kind in ("observe", "import"):
                self._place += 1
                last[event.number] = self._place
        return {place: number for number, place in sorted(last.items(), key=lambda one: one[1])}

    def _remember(self, known: set[int]) -> None:
        for trial in self._store.summaries():
            if trial.number in known and is_whole(trial.fidelity):
                self._surpass(trial.reward)

    def _surpass(self, reward: float | None) -> None:
        if reward is not None and (self._best is None or reward > self._best):
            self._best = reward
