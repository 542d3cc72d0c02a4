import math
import pickle
from typing import Any

import numpy as np
import pytest

from results import Failure, FailureKind, InvalidTrial, Outcome


def test_an_outcome_without_metrics_and_failure_is_refused() -> None:
    with pytest.raises(InvalidTrial, match="either metrics or a failure"):
        Outcome(None, None)


def test_an_outcome_with_both_is_refused() -> None:
    with pytest.raises(InvalidTrial, match="either metrics or a failure"):
        Outcome({"AP": 0.1}, Failure(FailureKind.CRASHED, "no"))


@pytest.mark.parametrize("value", [math.nan, math.inf, "0.5", None, 2**63, 10**400])
def test_a_metric_that_is_no_finite_number_is_refused(value: float) -> None:
    with pytest.raises(InvalidTrial, match=f"metric 'AP' is {value!r}"):
        Outcome.success({"AP": value})


@pytest.mark.parametrize("name", ["", "reward", "status"])
def test_a_metric_with_the_name_of_a_leaderboard_column_is_refused(name: str) -> None:
    with pytest.raises(InvalidTrial, match=f"cannot be called '{name}'"):
        Outcome.success({name: 0.5})


def test_numpy_numbers_become_plain_ones() -> None:
    given: dict[str, Any] = {"AP": np.float32(0.5), "params": np.int64(2**60 + 1)}
    metrics = Outcome.success(given).metrics
    assert metrics == {"AP": 0.5, "params": 2**60 + 1}
    assert [type(value) for value in (metrics or {}).values()] == [float, int]


def test_a_change_of_the_callers_metrics_does_not_reach_the_outcome() -> None:
    metrics = {"AP": 0.5}
    outcome = Outcome.success(metrics)
    metrics["AP"] = 0.9
    assert outcome.metrics == {"AP": 0.5}


def test_a_message_of_many_lines_is_folded_into_one() -> None:
    failure = Failure(FailureKind.CRASHED, "CUDA error\n\tat\x00 line\x1b[31m 3\udc80")
    assert failure.message == "CUDA error at line [31m 3"


def test_a_message_without_text_says_at_least_the_kind() -> None:
    assert Failure(FailureKind.WORKER_LOST, " \n").message == "worker_lost (no message)"


def test_pages_of_message_are_cut() -> None:
    message = Failure(FailureKind.CRASHED, "x" * 10**6).message
    assert len(message) == 1000
    assert message.endswith("…")


def test_an_unknown_kind_of_failure_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidTrial, match=r"'bad luck': choose one of diverged, .*data_error"):
        Failure("bad luck", "message")  # type: ignore[arg-type]


def test_an_outcome_travels_between_processes() -> None:
    for outcome in (Outcome.success({"AP": 0.5}), Outcome.failed(FailureKind.DIVERGED, "loss nan")):
        assert pickle.loads(pickle.dumps(outcome)) == outcome
