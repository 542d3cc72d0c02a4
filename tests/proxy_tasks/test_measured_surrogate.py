import numpy as np
import pytest

from proxy_tasks import InvalidRecipe, Landscape
from proxy_tasks.measured_surrogate import MeasuredSurrogate
from search_space import Architecture, SpineNetSpace, backbone_cost
from search_space.scale import BackboneScale

SPACE = SpineNetSpace()


def members(number: int, seed: int) -> list[Architecture]:
    rng = np.random.default_rng(seed)
    return [SPACE.decode(SPACE.sample(rng)) for _ in range(number)]


def megaparams(architecture: Architecture) -> float:
    return backbone_cost(architecture, BackboneScale(), 640).params / 1e6


def test_what_can_be_learnt_is_learnt() -> None:
    sample = members(80, 0)
    surrogate = MeasuredSurrogate(sample, [megaparams(a) for a in sample], seed_sd=0.0)
    fresh = members(60, 1)
    # The correlation of 60 unrelated pairs is beyond 0.7 less than once in a hundred million.
    found = np.corrcoef([surrogate(a) for a in fresh], [megaparams(a) for a in fresh])[0, 1]
    assert found > 0.7
    assert surrogate.explained > 0.5 and surrogate.rank_correlation > 0.7


def test_it_owns_up_to_rewards_that_it_cannot_explain() -> None:
    # R^2 of held-out noise is at most about 0; above 0.25 less than once in a million at n = 80.
    noise = np.random.default_rng(0).normal(size=80)
    surrogate = MeasuredSurrogate(members(80, 0), noise.tolist(), seed_sd=0.0)
    assert surrogate.explained < 0.25
    assert surrogate.remainder_sd > 0.75


def test_a_network_that_is_there_twice_is_no_help_with_itself() -> None:
    # R^2 of held-out noise, as above: 0.8 where a copy of what is held out may be learnt from.
    noise = np.random.default_rng(0).normal(size=80).tolist()
    surrogate = MeasuredSurrogate(members(80, 0) * 2, noise * 2, seed_sd=0.0)
    assert surrogate.explained < 0.25
    assert surrogate.trials == 160


def test_the_noise_of_training_is_no_difference_between_networks() -> None:
    noise = np.random.default_rng(0).normal(size=80)
    assert MeasuredSurrogate(members(80, 0), noise.tolist(), seed_sd=2.0).remainder_sd == 0.0


def test_it_makes_a_landscape() -> None:
    sample = members(80, 0)
    surrogate = MeasuredSurrogate(sample, [megaparams(a) for a in sample])
    landscape = Landscape(surrogate, 5)
    # Standardised on 512 draws: the mean of 300 more is within 0.36 but once in a million.
    values = [landscape.value(a) for a in members(300, 2)]
    assert abs(np.mean(values)) < 0.36


def test_too_few_trials_are_refused() -> None:
    said = "49 networks with a reward: give trials of at least 50"
    with pytest.raises(InvalidRecipe, match=said):
        MeasuredSurrogate(members(49, 0) * 2, [0.0] * 98)


def test_rewards_that_are_all_the_same_are_refused() -> None:
    with pytest.raises(InvalidRecipe, match=r"all rewards are 0\.4"):
        MeasuredSurrogate(members(50, 0), [0.4] * 50)


def test_the_remainder_is_no_noise() -> None:
    """A network that is better than expected is no luckier than others, whatever the seeds."""
    noise = np.random.default_rng(0).normal(size=80)
    landscape = Landscape(MeasuredSurrogate(members(80, 0), noise.tolist(), seed=5, seed_sd=0.0), 5)
    sample = members(300, 2)
    truth = [landscape.value(a) for a in sample]
    luck = [landscape.evaluation_noise(a, 5) for a in sample]
    # Independent: beyond 0.3 less than once in five million.
    assert abs(np.corrcoef(truth, luck)[0, 1]) < 0.3
