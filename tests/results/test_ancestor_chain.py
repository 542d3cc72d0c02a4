import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from results import TrialStore, UnknownTrial, ancestors
from results.noise import Noise
from results.student import student_975
from tests.results.runs import retrain, scored, trial


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """1 and 2 are of 0, 4 is of 2 and 1, 5 takes 4 further; 3 has no parents."""
    parents = {1: [0], 2: [0], 4: [2, 1]}
    with TrialStore.create(tmp_path, {}) as store:
        for number, reward in enumerate((0.25, 0.75, 0.5, 0.125, 1.0)):
            store.propose(trial(number), parents.get(number, ()))
            store.finish(number, scored(reward), reward)
        longer = replace(trial(4, '{"steps":400}'), number=5, continues=4)
        store.propose(longer)
        store.finish(5, scored(2.0), 2.0)
    return tmp_path


def test_the_chain_goes_by_the_better_parent_and_begins_with_the_oldest(run: Path) -> None:
    chain = ancestors(run, 5)
    assert [(one.trial, one.parents) for one in chain] == [(0, ()), (1, (0,)), (4, (2, 1))]


def test_gains_are_at_one_length_of_training_and_rewards_at_the_longest(run: Path) -> None:
    chain = ancestors(run, 4)
    assert [(one.gain, one.steps) for one in chain] == [(None, None), (0.5, 200), (0.25, 200)]
    assert chain[-1].reward == 2.0


def test_a_gain_has_the_noise_of_two_trainings(run: Path) -> None:
    chain = ancestors(run, 4, Noise(0.15, 20.0))
    assert [one.error for one in chain[1:]] == [pytest.approx(0.15 * 2**0.5)] * 2
    assert [one.resolved for one in chain] == [None, True, False]


def test_a_gain_has_the_interval_of_a_noise_that_few_repeats_told(run: Path) -> None:
    chain = ancestors(run, 4, Noise(0.15, 3.0))
    reach = float(scipy.stats.t.ppf(0.975, 3)) * 0.15 * 2**0.5
    assert [chain[1].low, chain[1].high] == pytest.approx([0.5 - reach, 0.5 + reach])
    assert [one.resolved for one in chain] == [None, False, False]  # 0.5 is 2.4 standard errors


def test_an_interval_holds_a_gain_of_nothing_as_often_as_it_says() -> None:
    # Outside 4 SDs of the binomial, 0.938 to 0.962, once in 16,000 times.
    rng, freedom = np.random.default_rng(0), 3
    sd = np.sqrt(rng.chisquare(freedom, 5000) / freedom)
    gains = rng.normal(size=5000) - rng.normal(size=5000)
    held = (np.abs(gains) <= student_975(freedom) * math.sqrt(2) * sd).mean()
    assert abs(held - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 5000)


def test_by_default_the_noise_is_that_of_the_runs_own_repeats(run: Path) -> None:
    with TrialStore.open(run) as store:
        for number, reward in ((6, 0.4), (7, 0.1)):  # networks 0 and 3 once more
            again = replace(trial(number - 6 if number == 6 else 3), number=number, seed=number)
            store.propose(again)
            store.finish(number, scored(reward), reward)
    squares = [(0.4 - 0.25) ** 2 / 2, (0.1 - 0.125) ** 2 / 2]
    error = math.sqrt(1 + 1 / 2) * math.sqrt(np.mean(squares))  # 1 of one seed, its parent of two
    assert ancestors(run, 1)[-1].error == pytest.approx(error)


def test_what_was_trained_again_counts_in_rewards_gains_and_their_errors(run: Path) -> None:
    retrain(run, [(1, 0.5), (1, 0.25)])  # it had 0.75
    chain = ancestors(run, 1, Noise(0.15, math.inf))
    assert (chain[-1].reward, chain[-1].seeds, chain[-1].gain) == (0.5, 3, 0.25)
    assert chain[-1].error == pytest.approx(0.15 * math.sqrt(1 / 3 + 1))


def test_a_noise_from_elsewhere_counts_beside_the_repeats(run: Path) -> None:
    with TrialStore.open(run) as store:
        store.propose(replace(trial(3), number=6, seed=6))
        store.finish(6, scored(0.325), 0.325)  # network 3 had 0.125: SD sqrt(0.02), one freedom
    pooled = math.sqrt((3 * 0.1**2 + 0.02) / 4)
    error = ancestors(run, 1, Noise(0.1, 3.0))[-1].error
    assert error == pytest.approx(math.sqrt(2) * pooled)


def test_of_the_last_generations_each_has_its_place_and_its_gain(run: Path) -> None:
    chain = ancestors(run, 4, latest=2)
    assert [(one.generation, one.trial, one.gain) for one in chain] == [(2, 1, 0.5), (3, 4, 0.25)]


def test_what_changed_is_told_in_words(run: Path) -> None:
    chain = ancestors(run, 4)  # networks 0 and 1 differ in the type of their first block
    assert chain[0].summary == "" and chain[0].changes == ()
    assert chain[1].summary == "1 of 15 blocks changed: 1 type"
    assert chain[1].changes == ("block 2: bottleneck -> residual",)


def test_a_trial_that_is_not_there_is_refused(run: Path) -> None:
    with pytest.raises(UnknownTrial, match="trial 9 "):
        ancestors(run, 9)
