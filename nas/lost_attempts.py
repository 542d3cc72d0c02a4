"""How often a trial is tried again that ended by no fault of its own."""

from nas.errors import UsageError
from nas.trial_source import TrialSource
from results import Failure, Outcome, Trial, TrialStatus, TrialStore

ATTEMPTS = 3  # unless the config says otherwise (failures.attempts)


def lose_attempt(
    source: TrialSource, store: TrialStore, number: int, failure: Failure, attempts: int
) -> Trial:
    """Commit a lost attempt: the trial is running, or failed with its `attempts`-th loss.

    Losses are counted in the store, so that they add up over restarts; where the driver dies
    between the last loss and the failure, the trial gets one attempt more. Raises UsageError for a
    failure that is the candidate's own: `tell` the source of those.
    """
    if not failure.kind.is_infrastructure:
        raise UsageError(f"trial {number}: {failure.kind} is no lost attempt: tell its outcome")
    losses = store.lose(number, failure)
    trial = store.trial(number)
    if trial.status is not TrialStatus.RUNNING or losses < attempts:
        return trial
    again = f"lost {losses} times, at last: " if losses > 1 else ""
    return source.tell(number, Outcome.failed(failure.kind, f"{again}{failure.message}"))


def check_attempts(attempts: int) -> int:
    """Raises UsageError for less than one."""
    if attempts < 1:
        raise UsageError(f"attempts {attempts}: a trial is tried at least once")
    return attempts
