import math

import numpy as np
import pytest

from results.errors import InvalidNoise
from results.noise import Noise, all_pooled, noise_of_repeats


def test_noise_is_the_pooled_deviation_of_repeats() -> None:
    groups = [np.array([1.0, 3.0]), np.array([5.0]), np.array([2.0, 2.0, 5.0])]
    found = noise_of_repeats(groups)
    assert found is not None
    assert found.sd == pytest.approx(math.sqrt((2 + 6) / 3))
    assert 0 < found.freedom <= 3


def test_nothing_repeated_says_nothing_of_noise() -> None:
    assert noise_of_repeats([np.array([1.0]), np.array([2.0])]) is None


def test_one_repeated_network_is_enough_for_a_guess() -> None:
    assert noise_of_repeats([np.array([1.0, 3.0]), np.array([9.0])]) == Noise(math.sqrt(2), 1)


def test_two_noises_count_by_their_degrees_of_freedom() -> None:
    assert Noise(1, 3).pooled(Noise(3, 1)) == Noise(math.sqrt(3), 4)
    assert Noise(1, 3).pooled(Noise(3, math.inf)) == Noise(3, math.inf)


@pytest.mark.parametrize(("sd", "freedom"), [(-1, 3), (math.nan, 3), (math.inf, 3), (1, 0)])
def test_a_noise_that_cannot_be_is_refused(sd: float, freedom: float) -> None:
    with pytest.raises(InvalidNoise, match="give"):
        Noise(sd, freedom)


def test_an_exact_noise_counts_alone_and_what_is_not_known_counts_nothing() -> None:
    exact = Noise(0.1, math.inf)
    assert all_pooled(None, Noise(0.3, 2.0), exact, Noise(0.2, 5.0)) == exact
    assert all_pooled(Noise(0.3, 2.0), None) == Noise(0.3, 2.0)
    assert all_pooled(None, None) is None
