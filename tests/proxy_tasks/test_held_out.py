import numpy as np

from proxy_tasks.held_out import FOLDS, hold_out, numbered
from proxy_tasks.reward_regression import KernelScale

KEYS = [f"network {number}" for number in (*range(40), *range(15))]
RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(40, 3))[numbered(KEYS)]
FOUND = hold_out(FEATURES, RNG.normal(size=55), KEYS, repeats=2, scale=KernelScale())


def test_all_trainings_of_a_network_are_held_out_together() -> None:
    for fold in FOUND.fold:
        pairs = set(zip(KEYS, fold.tolist(), strict=True))
        assert len(pairs) == len(set(KEYS))
        assert {number for _, number in pairs} == set(range(FOLDS))


def test_repeats_are_of_other_folds() -> None:
    together = [fold[:, None] == fold for fold in FOUND.fold]
    assert (together[0] != together[1]).any()


def test_noise_is_not_predicted() -> None:
    """A copy of a held-out training in the fit would show: 15 networks have two, of one reward."""
    noise = np.random.default_rng(1).normal(size=40)[numbered(KEYS)]
    found = hold_out(FEATURES, noise, KEYS, scale=KernelScale(length=0.1, noise=1e-4))
    # Of unrelated pairs: above 0.8 less than once in a thousand at n = 15.
    assert np.corrcoef(found.predicted[0, 40:], noise[40:])[0, 1] < 0.8
