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


class Odd(BaseException):
    """No Exception, and still the candidate's own."""


class MuteError(Exception):
    """Has no message to show."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (Diverged("step 3"), FailureKind.DIVERGED),
        (DataError("a.jpg is cut"), FailureKind.DATA_ERROR),
        (MemoryError(), FailureKind.OUT_OF_MEMORY),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), FailureKind.OUT_OF_MEMORY),
        (ZeroDivisionError("by zero"), FailureKind.CRASHED),
        (SystemExit(3), FailureKind.CRASHED),
        (Odd("by itself"), FailureKind.CRASHED),
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


@pytest.mark.parametrize("text", ["\x1b[31mred\x1b[0m\nand more", "x\n" * 10**6])
def test_a_message_becomes_one_bounded_line_that_ends_in_the_place(text: str) -> None:
    failure = evaluate(Task(RuntimeError(text)), SPINENET_49, 0).failure
    assert failure is not None
    assert len(failure.message) <= 1000
    assert "[31m" not in failure.message
    assert "(test_evaluation.py:" in failure.message


def test_an_exception_without_a_message_says_so() -> None:
    failure = evaluate(Task(MuteError()), SPINENET_49, 0).failure
    assert failure is not None
    assert failure.message.startswith("MuteError: (its message raises ValueError) (")


def test_an_interrupt_is_no_failure_of_the_candidate() -> None:
    with pytest.raises(KeyboardInterrupt):
        evaluate(Task(KeyboardInterrupt()), SPINENET_49, 0)
