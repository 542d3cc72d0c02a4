"""One evaluation as a value: metrics, or a classified failure. Nothing a candidate does escapes."""

import traceback
from collections.abc import Callable, Mapping

from proxy_tasks.errors import CandidateFailure, DataError, Diverged
from proxy_tasks.task import ProxyTask
from results.errors import InvalidTrial
from results.outcome import FailureKind, Outcome
from search_space import Architecture


def evaluate(task: ProxyTask, architecture: Architecture, seed: int) -> Outcome:
    """The outcome of one evaluation of a candidate."""
    return attempt(lambda: task.evaluate(architecture, seed))


def attempt(measure: Callable[[], Mapping[str, float]]) -> Outcome:
    """What was measured. Exceptions become failures; only KeyboardInterrupt and the like pass."""
    try:
        return Outcome.success(measure())
    except Diverged as error:
        return Outcome.failed(FailureKind.DIVERGED, str(error))
    except CandidateFailure as error:
        return Outcome.failed(FailureKind.CRASHED, str(error))
    except DataError as error:
        return Outcome.failed(FailureKind.DATA_ERROR, str(error))
    except MemoryError as error:
        return Outcome.failed(FailureKind.OUT_OF_MEMORY, str(error) or "out of memory")
    except InvalidTrial as error:  # a metric is not a finite number
        return Outcome.failed(FailureKind.DIVERGED, str(error))
    except Exception as error:
        # torch raises OutOfMemoryError on a GPU and RuntimeError from its CPU allocator.
        if type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error):
            return Outcome.failed(FailureKind.OUT_OF_MEMORY, str(error))
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
        return Outcome.failed(FailureKind.CRASHED, f"{type(error).__name__}: {error} ({place})")
