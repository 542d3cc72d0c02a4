from collections.abc import Mapping

import pytest

from nas.evaluation import evaluate
from proxy_tasks.errors import DataError, Diverged
from results import FailureKind
from search_space import SPINENET_49, Architecture


class Task:
    """Does what it was made with."""

    def __init__(self, end: BaseException | dict[str, float]) -> None:
        self.end = end

    def evaluate(self, architecture: Architecture, seed: int) -> Mapping[str, float]:
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (Diverged("step 3"), FailureKind.DIVERGED),
        (DataError("a.jpg is cut"), FailureKind.DATA_ERROR),
        (MemoryError(), FailureKind.OUT_OF_MEMORY),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), FailureKind.OUT_OF_MEMORY),
        (ZeroDivisionError("by zero"), FailureKind.CRASHED),
        (SystemExit(3), FailureKind.CRASHED),
        ({"AP": float("nan")}, FailureKind.DIVERGED),
    ],
)
def test_each_way_to_fail_has_its_kind(end: BaseException | dict[str, float], kind: str) -> None:
    failure = evaluate(Task(end), SPINENET_49, 0).failure
    assert failure is not None
    assert failure.kind == kind


def test_a_crash_says_what_and_where() -> None:
    failure = evaluate(Task(KeyError("x")), SPINENET_49, 0).failure
    assert failure is not None
    assert failure.message.startswith("KeyError: 'x' (test_evaluation.py:")


def test_an_interrupt_is_no_failure_of_the_candidate() -> None:
    with pytest.raises(KeyboardInterrupt):
        evaluate(Task(KeyboardInterrupt()), SPINENET_49, 0)
