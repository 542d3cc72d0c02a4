from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.config_source import load_config
from nas.errors import UsageError
from nas.spinebench_plan import (
    GatherSize,
    long_fidelity,
    make_plan,
    plan_as_dict,
    plan_from_dict,
    stratified,
)
from results import Trial, TrialStatus
from search_space import SPACES
from search_space.published import PUBLISHED

SPACE, QUICK = SPACES["spinenet-49"], load_config("quick", {})
SIZE = GatherSize(repeated=8, seeds=3, long=4, also=("spinenet-49",))


def trials(number: int) -> list[Trial]:
    """Of uniform members, with rising rewards."""
    rng = np.random.default_rng(0)
    found = []
    for place in range(number):
        genotype = SPACE.sample(rng)
        found.append(
            Trial(
                number=place,
                genotype=genotype,
                architecture=SPACE.decode(genotype),
                fidelity=QUICK.fidelity.canonical(),
                seed=place,
                started=0.0,
                finished=1.0,
                metrics={},
                status=TrialStatus.COMPLETED,
                reward=place / number,
            )
        )
    return found


TRIALS = trials(30)
PLAN = make_plan(TRIALS, QUICK, SIZE)
SHORT = [planned for planned in PLAN if planned.fidelity == QUICK.fidelity.canonical()]
LONG = [planned for planned in PLAN if planned not in SHORT]


@given(st.integers(1, 200), st.data(), st.integers(0, 2**32 - 1))
def test_a_stratum_has_one_of_its_networks(count: int, data: st.DataObject, seed: int) -> None:
    drawn = data.draw(st.integers(0, count))
    values = np.random.default_rng(seed).permutation(count)
    rewards = {f"{number}": float(value) for number, value in enumerate(values)}
    found = stratified(rewards, drawn, np.random.default_rng(seed))
    ranks = [int(rewards[key]) for key in found]
    assert len(set(found)) == drawn
    for stratum, rank in enumerate(ranks):  # of ranks: floor(i n / k) to floor((i + 1) n / k)
        assert stratum * count // drawn <= rank < (stratum + 1) * count // drawn


def test_networks_are_trained_as_often_as_they_lack_seeds() -> None:
    counts: dict[str, int] = {}
    for planned in SHORT:
        counts[planned.architecture.key] = counts.get(planned.architecture.key, 0) + 1
    spinenet = PUBLISHED["spinenet-49"].key
    assert counts.pop(spinenet) == 3
    assert set(counts.values()) == {2}
    assert len(counts) == 8


def test_the_long_trainings_are_the_presets_and_of_networks_with_several_seeds() -> None:
    assert {planned.fidelity for planned in LONG} == {
        load_config("default", {}).fidelity.canonical()
    }
    several = {planned.architecture.key for planned in SHORT}
    assert len(LONG) == len({planned.architecture.key for planned in LONG}) == 4
    assert {planned.architecture.key for planned in LONG} <= several


def test_all_qualities_are_there() -> None:
    reward = {trial.key: trial.reward or 0.0 for trial in TRIALS}
    drawn = {planned.architecture.key for planned in SHORT} & {*reward}
    ranks = sorted(reward[key] * 30 for key in drawn)
    assert ranks[0] < 4 and ranks[-1] >= 26
    assert max(np.diff(ranks)) < 2 * 30 / 8


def test_what_failed_or_was_cut_short_is_not_drawn() -> None:
    cut = replace(QUICK.fidelity, stop_step=50).canonical()
    mixed = [replace(trial, fidelity=cut) for trial in TRIALS[:15]]
    mixed += [replace(trial, reward=None) for trial in TRIALS[15:22]]
    with pytest.raises(UsageError, match="7 networks of these searches have a reward"):
        make_plan(mixed + TRIALS[23:], QUICK, SIZE)


def test_a_network_trained_by_two_searches_is_one() -> None:
    with pytest.raises(UsageError, match="5 networks of these searches"):
        make_plan(TRIALS[:5] * 3, QUICK, SIZE)


def test_the_same_searches_have_the_same_plan() -> None:
    assert make_plan(TRIALS, QUICK, SIZE) == PLAN


def test_json_gives_a_plan_back() -> None:
    assert plan_from_dict(plan_as_dict(PLAN)) == PLAN


def test_only_the_steps_of_a_long_training_differ() -> None:
    config = load_config("quick", {"fidelity.batch_size": "8"})
    expected = replace(config.fidelity, steps=load_config("default", {}).fidelity.steps)
    assert long_fidelity(config) == expected.canonical()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"repeated": -1}, "--repeated -1: give a whole number, 0 to"),
        ({"seeds": 0}, "--seeds 0"),
        ({"long": 9}, "--long 9 of --repeated 8"),
    ],
)
def test_wrong_sizes_are_refused(change: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        replace(SIZE, **change)


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(UsageError, match="no architecture 'spinenet-50'"):
        make_plan(TRIALS, QUICK, replace(SIZE, also=("spinenet-50",)))
