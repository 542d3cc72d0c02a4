"""The end of a search whose candidates crash so often that a bug must be the reason."""

import math
from collections import Counter, deque
from collections.abc import Generator, Iterable

from nas.errors import TooManyCrashes
from results import Failure, FailureKind, Trial

# What a candidate's own training hardly causes. A trial ends as worker_lost only when each of its
# attempts ended its worker; nodes die by themselves, as preemptible machines do.
BUGS = (FailureKind.CRASHED, FailureKind.DATA_ERROR, FailureKind.WORKER_LOST)


def until_too_many_crash(trials: Iterable[Trial], share: float, window: int) -> Generator[Trial]:
    """The trials as they come, while fewer than `share` of the latest `window` have a bug.

    Only trials of this session count. share: 0 to 1; 0 looks at nothing. Raises TooManyCrashes,
    after the trial that was too much has been handed on.
    """
    latest: deque[Failure | None] = deque(maxlen=window)
    most = math.ceil(share * window) or math.inf
    for trial in trials:
        yield trial
        failure = trial.failure
        latest.append(failure if failure is not None and failure.kind in BUGS else None)
        bugs = [failure for failure in latest if failure is not None]
        if len(bugs) >= most:
            raise TooManyCrashes(_report(bugs, len(latest)))


def _report(bugs: list[Failure], ended: int) -> str:
    kinds = Counter(failure.kind for failure in bugs)
    ((message, times),) = Counter(failure.message for failure in bugs).most_common(1)
    counted = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return (
        f"stopped: {len(bugs)} of the latest {ended} trials failed ({counted}), {times} of them "
        f"with {message!r}: that is a bug rather than bad candidates: mend it, then "
        f"`nas resume RUN_DIR --retry failed:{','.join(kinds)}` (failures.stop_share says when a "
        "search stops)"
    )
