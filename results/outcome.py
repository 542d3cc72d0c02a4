"""How one evaluation ended: with metrics, or with a classified failure."""

import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from results.errors import InvalidTrial

LARGEST_INTEGER = 2**63 - 1  # of SQLite, numpy and Parquet
LONGEST_MESSAGE = 1000  # characters; a CUDA error can bring pages with it

# What a leaderboard calls its own columns: a metric of that name would hide one of them.
RESERVED_NAMES = frozenset(
    {
        *("trial", "key", "reward", "status", "seed", "steps"),
        *("failure", "fidelity", "started", "finished"),
    }
)


class FailureKind(StrEnum):
    """Whose fault a failure is: the candidate's (the first four), the machines', the data's."""

    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out_of_memory"
    TIME_LIMIT = "time_limit"
    CRASHED = "crashed"
    WORKER_LOST = "worker_lost"
    NODE_LOST = "node_lost"
    DATA_ERROR = "data_error"

    @property
    def is_infrastructure(self) -> bool:
        """Whether it says nothing about the candidate, which is then tried again."""
        return self in (FailureKind.WORKER_LOST, FailureKind.NODE_LOST)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there are no metrics. `message` is folded into one printable line."""

    kind: FailureKind
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", _failure_kind(self.kind))
        object.__setattr__(self, "message", _one_line(self.message) or f"{self.kind} (no message)")

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Exactly one of `metrics` (finite numbers by name) and `failure`.

    Raises:
        InvalidTrial: both or neither given, or `metrics` fails `checked_metrics`.
    """

    metrics: Mapping[str, float] | None
    failure: Failure | None

    def __post_init__(self) -> None:
        if (self.metrics is None) == (self.failure is None):
            raise InvalidTrial(
                f"an outcome has either metrics or a failure, got metrics={self.metrics!r} and "
                f"failure={self.failure!r}: use Outcome.success or Outcome.failed"
            )
        if self.metrics is not None:
            object.__setattr__(self, "metrics", checked_metrics(self.metrics))

    @classmethod
    def success(cls, metrics: Mapping[str, float]) -> Self:
        """The evaluation came to its end."""
        return cls(metrics, None)

    @classmethod
    def failed(cls, kind: FailureKind, message: str) -> Self:
        """The evaluation gave no metrics; `message` may have many lines."""
        return cls(None, Failure(kind, message))


def checked_metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    """A copy in plain Python numbers: whole numbers stay `int`, so that counts stay exact.

    Raises:
        InvalidTrial: an empty or reserved name, or a value that is no finite number.
    """
    checked: dict[str, float] = {}
    for name, value in metrics.items():
        if not isinstance(name, str) or not _is_text(name) or name in RESERVED_NAMES:
            raise InvalidTrial(
                f"a metric cannot be called {name!r}: give it a name that is text, not empty and "
                f"none of {', '.join(sorted(RESERVED_NAMES))}"
            )
        if not isinstance(value, numbers.Real) or not _fits(value):
            raise InvalidTrial(
                f"metric {name!r} is {value!r}: metrics are finite numbers, whole ones of "
                "at most 64 bits, so report the candidate as failed instead"
            )
        checked[name] = int(value) if isinstance(value, numbers.Integral) else float(value)
    return checked


def _fits(value: numbers.Real) -> bool:
    if isinstance(value, numbers.Integral):
        return -LARGEST_INTEGER <= int(value) <= LARGEST_INTEGER
    return math.isfinite(value)


def _is_text(name: str) -> bool:
    """Whether it is not empty and can be written: no lone surrogate."""
    return bool(name) and not any("\ud800" <= character <= "\udfff" for character in name)


def _failure_kind(kind: str) -> FailureKind:
    try:
        return FailureKind(kind)
    except ValueError:
        kinds = ", ".join(FailureKind)
        raise InvalidTrial(f"unknown kind of failure {kind!r}: choose one of {kinds}") from None


def _one_line(text: str) -> str:
    """Printable characters only: control characters and lone surrogates become spaces."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
