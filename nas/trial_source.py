"""What a pump turns: something that hands out trials and takes back what became of them."""

from typing import Protocol

from results import Failure, Outcome, Trial


class TrialSource(Protocol):
    """A `Study`, or a plan of trials that no controller proposed.

        while (trial := source.ask()) is not None:
            source.tell(trial.number, evaluate_trial(task, assignment(trial)))

    Asks may run ahead of tells, and tells may come in any order.
    """

    def ask(self) -> Trial | None:
        """The next trial to evaluate. None: nothing now; while trials are out a pump asks again
        after each result.
        """
        ...

    def tell(self, number: int, outcome: Outcome) -> Trial:
        """Commit what became of a trial; the trial with its result."""
        ...

    def lose(self, number: int, failure: Failure) -> Trial:
        """Commit that an attempt was lost with its worker or node. The trial is running: hand it
        out again; or it has failed for good, after as many attempts as the source allows.
        """
        ...
