import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks import InvalidRecipe, Landscape
from search_space import SPACES, Architecture, SpineNetSpace
from tests.search_space.test_identity import shuffled

SPACE = SpineNetSpace()
PLANTED = ["tables", "messages"]


def members(number: int, seed: int, space: SpineNetSpace = SPACE) -> list[Architecture]:
    rng = np.random.default_rng(seed)
    return [space.decode(space.sample(rng)) for _ in range(number)]


@pytest.mark.parametrize("family", PLANTED)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_one_network_has_one_value_however_it_is_written(family: str, seed: int) -> None:
    architecture = members(1, seed)[0]
    other = shuffled(architecture, np.random.default_rng(seed))
    assert other.key == architecture.key
    landscape = LANDSCAPES[family]
    assert landscape.value(other) == pytest.approx(landscape.value(architecture), abs=1e-9)


@pytest.mark.parametrize("family", PLANTED)
@pytest.mark.parametrize("name", ["spinenet-49", "mobile", "r23-sp30", "tiny"])
def test_uniform_members_have_mean_zero_and_deviation_one(family: str, name: str) -> None:
    # On 512 + 500 draws the mean's own SD is 0.063 and the SD's below 0.1 where tails are heavy:
    # 5 of those, less than one false alarm in a million for each.
    landscape = Landscape(family, seed=3, space=name)
    values = [landscape.value(architecture) for architecture in members(500, 8, SPACES[name])]
    assert abs(np.mean(values)) < 0.32
    assert 0.5 < np.std(values) < 1.5


@pytest.mark.parametrize("family", PLANTED)
def test_parts_of_a_network_act_together(family: str) -> None:
    """What one change brings depends on another change elsewhere: no sum of single effects."""
    landscape, differences = LANDSCAPES[family], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        genotype = SPACE.sample(rng)
        types = [len(SPACE.orders.levels) + 3 * block for block in rng.permutation(15)[:2].tolist()]
        both = [list(genotype) for _ in range(4)]
        for place, which in ((types[0], (1, 3)), (types[1], (2, 3))):
            for index in which:
                both[index][place] = 1 - genotype[place]
        neither, first, second, all_two = (landscape.value(SPACE.decode(tuple(g))) for g in both)
        differences.append(all_two - first - second + neither)
    assert np.std(differences) > 0.1


def test_noise_has_the_deviation_asked_for() -> None:
    # The SD of 2,000 draws is within 8 % of the truth but for one time in a million.
    landscape, architecture = LANDSCAPES["tables"], members(1, 0)[0]
    noise = [landscape.reward(architecture, i) - landscape.value(architecture) for i in range(2000)]
    assert np.std(noise) == pytest.approx(0.3, rel=0.08)


def test_a_reward_is_the_value_and_the_noise_to_the_last_bit() -> None:
    landscape = LANDSCAPES["messages"]
    for seed, architecture in enumerate(members(20, 3)):
        noise = landscape.evaluation_noise(architecture, seed)
        assert landscape.reward(architecture, seed) == landscape.value(architecture) + noise


def test_a_seed_fixes_an_evaluation() -> None:
    landscape, architecture = LANDSCAPES["tables"], members(1, 0)[0]
    rewards = [landscape.reward(architecture, seed) for seed in (1, 2, 1)]
    assert rewards[0] == rewards[2] != rewards[1]


@pytest.mark.parametrize("family", PLANTED)
def test_another_seed_is_another_landscape(family: str) -> None:
    # Landscapes share what networks vary in, so values of two seeds correlate; 0.95 and more is one
    # landscape twice. This pair is fixed by its seeds: no false alarms.
    sample = members(300, 5)
    first, second = Landscape(family, 10), Landscape(family, 11)
    values = [[landscape.value(a) for a in sample] for landscape in (first, second)]
    assert abs(np.corrcoef(values)[0, 1]) < 0.6


def test_the_flat_one_is_noise_alone() -> None:
    landscape = Landscape("flat", 2)
    assert {landscape.value(architecture) for architecture in members(20, 0)} == {0.0}
    assert landscape.reward(members(1, 0)[0], 0) != 0.0


@pytest.mark.parametrize("family", PLANTED)
def test_another_process_has_the_same_landscape(family: str) -> None:
    """No salted hash is in it: workers and later days see what this process sees."""
    code = (
        "from proxy_tasks import Landscape; from search_space import SPINENET_49; "
        f"print(Landscape({family!r}, 4).value(SPINENET_49))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    from search_space import SPINENET_49

    assert float(printed.stdout) == pytest.approx(Landscape(family, 4).value(SPINENET_49))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"family": "hills"}, "family 'hills': choose from"),
        ({"space": "nowhere"}, "space 'nowhere': choose from"),
        ({"seed": -1}, "seed -1"),
        ({"seed": 1.5}, "seed 1.5"),
        ({"noise": -0.1}, "noise -0.1"),
        ({"noise": 101}, "noise 101: choose a standard deviation from 0 to 100"),
        ({"noise": float("nan")}, "noise nan"),
        ({"noise": "much"}, "noise 'much'"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRecipe, match=message):
        Landscape(**arguments)  # type: ignore[arg-type]


LANDSCAPES = {family: Landscape(family, 1) for family in PLANTED}
