import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from results import FailureKind, InvalidTrial, Outcome, TrialStatus
from tests.results.runs import scored, trial


def test_a_success_adds_its_metrics_to_those_of_the_proposal() -> None:
    done = trial(3).finish(scored(0.25), 0.25, 1.8e9)
    assert done.status is TrialStatus.COMPLETED
    assert done.metrics == {"params": 103, "madds": 10**10 + 3, "AP": 0.25, "seconds": 12.5}
    assert (done.reward, done.finished) == (0.25, 1.8e9)


def test_an_infeasible_candidate_is_completed_without_a_reward() -> None:
    done = trial(0).finish(scored(0.25), None, 1.8e9)
    assert (done.status, done.reward) == (TrialStatus.COMPLETED, None)


def test_a_failure_keeps_the_metrics_of_the_proposal() -> None:
    done = trial(0).finish(Outcome.failed(FailureKind.DIVERGED, "loss is nan"), None, 1.8e9)
    assert done.status is TrialStatus.FAILED
    assert done.metrics == trial(0).metrics


def test_a_reward_for_a_failure_is_refused() -> None:
    with pytest.raises(InvalidTrial, match=r"trial 0 is failed with reward 0\.5"):
        trial(0).finish(Outcome.failed(FailureKind.DIVERGED, "loss is nan"), 0.5, 1.8e9)


@pytest.mark.parametrize("reward", [math.nan, math.inf])
def test_a_reward_that_is_not_finite_is_refused(reward: float) -> None:
    with pytest.raises(InvalidTrial, match=f"reward {reward}"):
        trial(0).finish(scored(0.25), reward, 1.8e9)


def test_a_trial_does_not_end_twice() -> None:
    done = trial(0).finish(scored(0.25), 0.25, 1.8e9)
    with pytest.raises(InvalidTrial, match="trial 0 is already completed"):
        done.finish(scored(0.5), 0.5, 1.8e9)


@pytest.mark.parametrize(
    "change",
    [
        {"number": -1},
        {"seed": -1},
        {"seed": 2**63},
        {"fidelity": ""},
        {"started": math.nan},
        {"finished": 1.8e9},
        {"reward": 0.5},
        {"status": TrialStatus.COMPLETED},
        {"status": TrialStatus.FAILED, "finished": 1.8e9},
    ],
    ids=str,
)
def test_a_trial_that_contradicts_itself_cannot_exist(change: dict[str, object]) -> None:
    with pytest.raises(InvalidTrial, match=r"^trial .*$"):
        replace(trial(0), **change)  # type: ignore[arg-type]


def test_the_key_is_that_of_the_architecture() -> None:
    assert trial(0).key == trial(0).architecture.key != trial(1).key


def test_a_trial_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(trial(4))) == trial(4)


def test_a_reward_of_numpy_becomes_a_plain_number() -> None:
    done = trial(0).finish(scored(0.5), np.float32(0.5), 2e9)
    assert type(done.reward) is float
