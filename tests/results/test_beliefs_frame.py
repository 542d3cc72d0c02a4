import math
from dataclasses import replace
from pathlib import Path

import pytest

from results import (
    Failure,
    FailureKind,
    Noise,
    NotComparable,
    Outcome,
    TrialStore,
    beliefs,
    measured_noise,
)
from results.belief import Belief, belief
from results.networks import RERANK, TEST
from results.reranked import RERANKED, origin
from tests.results.runs import FIDELITY, architecture, make_run, scored, trial

LONGER = FIDELITY.replace("200", "400")


def add(
    store: TrialStore, number: int, network: int, reward: float, fidelity: str = FIDELITY
) -> None:
    one = replace(trial(number, fidelity), architecture=architecture(network))
    store.propose(one)
    store.finish(number, scored(reward), reward)


def doctored(directory: Path) -> Path:
    """Five networks with two seeds each, of rewards network / 10 and 0.01 more."""
    with TrialStore.create(directory, {}) as store:
        for number in range(10):
            add(store, number, number % 5, number % 5 / 10 + (number >= 5) * 0.01)
    return directory


def test_repeated_seeds_of_one_network_are_one_row(tmp_path: Path) -> None:
    frame = beliefs(doctored(tmp_path / "run"))
    assert frame["seeds"].tolist() == [2] * 5
    assert frame["trial"].tolist() == [9, 8, 7, 6, 5]  # the better training of each
    assert frame["mean"].tolist() == pytest.approx([0.405, 0.305, 0.205, 0.105, 0.005])
    assert frame["p_best"].sum() == pytest.approx(1)
    assert frame["key"][0] == architecture(4).key


def test_costs_stand_beside_what_is_believed(tmp_path: Path) -> None:
    frame = beliefs(doctored(tmp_path / "run"))
    assert frame["seconds"].tolist() == [12.5] * 5
    assert frame["params"].isna().sum() == 0


def test_only_the_longest_trainings_count(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(6):
            add(store, number, number % 3, 0.1 * number, LONGER if number >= 3 else FIDELITY)
        assert beliefs(store)["seeds"].tolist() == [1, 1, 1]


def test_an_evaluation_that_two_runs_have_counts_once(tmp_path: Path) -> None:
    first, again = (doctored(tmp_path / name) for name in ("first", "again"))
    assert beliefs([first, again])["seeds"].tolist() == [2] * 5


def test_trainings_of_two_fidelities_do_not_compare(tmp_path: Path) -> None:
    runs = [tmp_path / "first", tmp_path / "other"]
    for run, fidelity in zip(runs, (FIDELITY, FIDELITY.replace("64", "96")), strict=True):
        with TrialStore.create(run, {}) as store:
            add(store, 0, 0, 0.5, fidelity)
    with pytest.raises(NotComparable, match="give runs of one"):
        beliefs(runs)


def test_without_repeats_the_order_is_that_of_the_rewards_and_the_reason_is_said(
    tmp_path: Path,
) -> None:
    frame = beliefs(make_run(tmp_path, [0.2, 0.4, 0.3]))
    assert frame["trial"].tolist() == [1, 2, 0]
    assert frame["p_best"].isna().all()
    assert "nas rerank" in frame.attrs["unmeasured"]


def test_noise_of_a_doctor_serves_a_search(tmp_path: Path) -> None:
    noise = measured_noise(doctored(tmp_path / "doctor"))
    assert noise is not None
    assert noise.sd == pytest.approx(0.01 / 2**0.5)
    frame = beliefs(make_run(tmp_path / "run", [0.2, 0.4, 0.3]), noise)
    assert frame["p_best"][0] > 0.9


def test_what_was_trained_again_counts_with_its_run(tmp_path: Path) -> None:
    with TrialStore.open_read_only(make_run(tmp_path, [0.2, 0.4, 0.3])) as search:
        meta = {RERANKED: str(origin(search))}
    for place, number in ((tmp_path / RERANK, 0), (tmp_path / RERANK / TEST, 1)):
        with TrialStore.create(place, meta) as store:
            store.propose(replace(trial(number), architecture=architecture(1), seed=5 + number))
            store.finish(number, Outcome.success({"AP": 0.3, "test_AP": 0.25}), 0.3)
    frame = beliefs(tmp_path).set_index("key")
    row = frame.loc[architecture(1).key]
    assert (row["seeds"], row["trial"], row["test_AP"]) == (3, 1, 0.25)
    assert row["run"] == str(tmp_path)


def test_what_was_trained_again_of_another_run_is_refused(tmp_path: Path) -> None:
    make_run(tmp_path / "run", [0.2, 0.4])
    with TrialStore.create(tmp_path / "run" / RERANK, {RERANKED: "another's"}) as store:
        add(store, 0, 0, 0.9)
    with pytest.raises(NotComparable, match="rerank is no result of `nas rerank` on the run"):
        beliefs(tmp_path / "run")


def test_a_failed_training_is_no_reward(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        add(store, 0, 0, 0.5)
        store.propose(replace(trial(1), architecture=architecture(0)))
        store.finish(1, Outcome(None, Failure(FailureKind.DIVERGED, "nan")), None)
        assert beliefs(store)["seeds"].tolist() == [1]


def test_a_run_without_rewards_has_no_networks(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        assert len(beliefs(store)) == 0


def test_noise_is_that_of_the_trainings_that_were_repeated(tmp_path: Path) -> None:
    """Not of the one longer training of each, which a doctor adds."""
    with TrialStore.create(tmp_path, {}) as store:
        for number, reward in enumerate((0.1, 0.2, 0.3, 0.12, 0.22, 0.32)):
            add(store, number, number % 3, reward)
        add(store, 6, 0, 0.5, LONGER)
        noise = measured_noise(store)
    assert noise is not None
    assert noise.sd == pytest.approx(0.02 / 2**0.5)


def test_what_is_believed_of_an_ap_lies_in_0_to_1(tmp_path: Path) -> None:
    rewards = [0.0, 0.01, 0.99, 1.0]
    frame = beliefs(make_run(tmp_path, rewards), Noise(0.1, math.inf))
    bounds = frame[["low_95", "low", "posterior_mean", "high", "high_95"]]
    assert bounds.min(axis=None) == 0 and bounds.max(axis=None) == 1
    assert (bounds.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_other_rewards_than_aps_are_believed_beyond_0_and_1(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number, reward in enumerate([-0.5, 0.5, 1.5]):
            store.propose(trial(number))
            store.finish(number, Outcome.success({"AP": 0.5}), reward)
        frame = beliefs(store, Noise(0.1, math.inf))
    assert frame["low"].min() < 0 and frame["high"].max() > 1


def test_the_error_is_that_of_the_interval_before_it_was_cut_off(tmp_path: Path) -> None:
    rewards, noise = [0.0, 0.01, 0.99, 1.0], Noise(0.1, math.inf)
    found = belief([[reward] for reward in rewards], noise)
    assert isinstance(found, Belief)
    frame = beliefs(make_run(tmp_path, rewards), noise).sort_values("trial")
    assert frame["error"].tolist() == pytest.approx((found.high_95 - found.low_95) / 3.92, rel=1e-3)
