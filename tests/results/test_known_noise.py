import math
from pathlib import Path

import numpy as np
import pytest

from results import measured_noise
from results.known_noise import noise_known
from results.noise import Noise
from tests.results.runs import make_run, retrain


def test_the_noise_after_a_choice_of_the_best_is_that_of_a_training(tmp_path: Path) -> None:
    # 80 pairs: the variance has an SD of sqrt(2 / 80); beyond 3 of them once in 300 times. With
    # the rewards that the networks were chosen for it is 1.7.
    rng, sd = np.random.default_rng(0), 0.03
    truth = rng.normal(0.5, 0.01, 1000)
    seen = truth + rng.normal(0, sd, len(truth))
    best = np.argsort(-seen)[:80]
    make_run(tmp_path, seen[best].tolist())
    again = truth[best] + rng.normal(0, sd, (2, len(best)))
    retrain(tmp_path, ((place, reward) for row in again for place, reward in enumerate(row)))
    noise = measured_noise(tmp_path)
    assert noise is not None
    assert abs(noise.sd**2 / sd**2 - 1) < 3 * math.sqrt(2 / 80)


def test_where_no_network_has_two_new_seeds_the_search_counts_too(tmp_path: Path) -> None:
    make_run(tmp_path, [0.25, 0.5])
    retrain(tmp_path, [(1, 0.25)])
    assert measured_noise(tmp_path) == Noise(float(np.std([0.25, 0.5], ddof=1)), 1)


def test_repeats_and_a_given_noise_count_by_their_degrees_of_freedom(tmp_path: Path) -> None:
    make_run(tmp_path, [0.25, 0.5])
    retrain(tmp_path, [(1, 0.25), (1, 0.5)])
    found = noise_known(tmp_path, Noise(0.1, 3.0))
    assert found is not None and found.freedom == 4
    assert found.sd == pytest.approx(math.sqrt((3 * 0.1**2 + 0.25**2 / 2) / 4))


def test_a_number_is_exact(tmp_path: Path) -> None:
    make_run(tmp_path, [0.25])
    retrain(tmp_path, [(0, 0.25), (0, 0.5)])
    assert noise_known(tmp_path, Noise(0.1, math.inf)) == Noise(0.1, math.inf)
