"""What a pump turns: something that hands out trials and takes back what became of them."""

from typing import Protocol

from results import Outcome, Trial


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
