"""Whether a journal's promotions are those that its results call for."""

from pathlib import Path

from nas.replay import mismatch
from nas.rungs import Promotions, Rungs
from results import Event, TrialSummary

Reward = float | None


class PromotionCheck:
    """Follows the events of a run with rungs; see `nas.replay.Watch`.

    At the end of a budget, which may have been extended since, rungs round up: a promotion that
    nothing calls for before that is held against this.

    Raises:
        ReplayMismatch: at the first event where another trial was to be promoted, or none.
    """

    def __init__(self, path: Path, rungs: Rungs) -> None:
        self._path, self._rungs = path, rungs
        self._begun: list[TrialSummary] = []
        self._ended: dict[int, Reward] = {}
        self._known: Promotions | None = None  # None: to be made of what began and ended

    def __call__(self, event: Event, trial: TrialSummary) -> None:
        """Check an event against what is known, then let it count."""
        match event.kind:
            case "propose":
                self._expect(None, event)
                self._begin(trial)
            case "duplicate":
                self._expect(None, event)
            case "promote":
                self._expect(trial.continues, event)
                self._begin(trial)
            case "import":
                self._begin(trial)
                self._end(trial)
            case "observe":
                self._end(trial)
            case "retry":
                del self._ended[trial.number]
                self._known = None
            case "lost":
                pass

    def _expect(self, promoted: int | None, event: Event) -> None:
        due = self._promotions().next(closing=False)
        if due is None and promoted is not None:
            due = self._promotions().next(closing=True)
        number = None if due is None else due[0]
        if number == promoted:
            return
        then = "no trial" if promoted is None else f"trial {promoted}"
        now = "none" if number is None else f"trial {number}"
        raise mismatch(
            self._path,
            f"event {event.seq} ({event.kind} of trial {event.number}) promoted {then}, but {now} "
            "is to be promoted now",
        )

    def _begin(self, trial: TrialSummary) -> None:
        self._begun.append(trial)
        if self._known is not None:
            self._known.begin(trial.number, self._rung(trial), trial.continues)

    def _end(self, trial: TrialSummary) -> None:
        self._ended[trial.number] = trial.reward
        if self._known is not None:
            self._known.end(trial.number, self._rung(trial), trial.reward)

    def _promotions(self) -> Promotions:
        if self._known is None:
            self._known = Promotions(len(self._rungs.fidelities), self._rungs.reduction)
            for trial in self._begun:
                self._known.begin(trial.number, self._rung(trial), trial.continues)
                if trial.number in self._ended:
                    self._known.end(trial.number, self._rung(trial), self._ended[trial.number])
        return self._known

    def _rung(self, trial: TrialSummary) -> int:
        return self._rungs.fidelities.index(trial.fidelity)
