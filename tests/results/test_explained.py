import numpy as np
import pytest
from numpy.typing import NDArray

from results.estimate import Estimate, Measured, Unmeasured
from results.explained import left_out_errors, random_folds, share_explained

Array = NDArray[np.float64]
RNG = np.random.default_rng


def explained(numbers: Array, values: Array, baseline: Array | None = None) -> Estimate:
    found = measured(numbers, values, baseline)
    assert isinstance(found, Estimate)
    return found


def measured(numbers: Array, values: Array, baseline: Array | None = None) -> Measured:
    nothing = np.zeros((len(values), 0))
    folds = random_folds(np.arange(len(values)), RNG(0))
    errors = left_out_errors(nothing if baseline is None else baseline, numbers, values, folds)
    plain = left_out_errors(nothing, nothing, values, folds).without
    return share_explained(errors, plain)


def test_it_is_the_share_of_the_variance_that_the_truth_has() -> None:
    numbers = RNG(0).normal(size=(4000, 3))
    values = numbers @ [1.0, 1.0, 1.0] + RNG(1).normal(size=4000) * np.sqrt(3)
    found = explained(numbers, values)
    assert found.value == pytest.approx(0.5, abs=0.04)
    assert found.low < 0.5 < found.high


def test_what_the_baseline_explains_is_not_counted_again() -> None:
    known = RNG(0).normal(size=(2000, 1))
    values = known[:, 0] + 0.1 * RNG(1).normal(size=2000)
    copies = known + 0.01 * RNG(2).normal(size=(2000, 1))
    assert explained(copies, values).value > 0.9
    assert abs(explained(copies, values, baseline=known).value) < 0.01


def test_many_numbers_of_no_effect_explain_nothing() -> None:
    found = [
        explained(RNG(i).normal(size=(80, 20)), RNG(99 + i).normal(size=80)) for i in range(50)
    ]
    assert np.mean([one.value for one in found]) < 0.02


def test_a_cluster_is_left_out_as_a_whole() -> None:
    clusters = np.repeat(np.arange(30), 3)
    folds = random_folds(clusters, RNG(0)).reshape(30, 3)
    assert (folds == folds[:, :1]).all() and len(np.unique(folds)) == 10


def test_constant_numbers_are_no_fault_and_constant_values_have_no_share() -> None:
    numbers, values = np.full((50, 2), 0.1), RNG(0).normal(size=50)
    assert explained(numbers, values).value == 0
    assert isinstance(measured(numbers, np.zeros(50)), Unmeasured)
