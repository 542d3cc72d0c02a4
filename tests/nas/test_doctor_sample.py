import json

import numpy as np
import pytest

from nas import doctor_sample
from nas.config_source import load_config
from nas.doctor_plan import long_fidelity, plan
from nas.doctor_sample import Sample, SampleSize, draw_genotypes
from nas.errors import UsageError
from search_space import SPACES, SpineNetSpace
from search_space.detail_loss import detail_loss

SPACE = SpineNetSpace()
SIZE = SampleSize(architectures=6, seeds=2, sound=5, long=2.5)


def sample(long: str = "long") -> Sample:
    return Sample(SIZE, draw_genotypes(SPACE, SIZE, 1), "short", long)


def test_the_first_are_uniform_members_and_the_others_are_sound() -> None:
    genotypes = draw_genotypes(SPACE, SIZE, seed=1)
    rng = np.random.default_rng(1)
    assert genotypes[:6] == tuple(SPACE.sample(rng) for _ in range(6))
    sound = [detail_loss(SPACE.decode(genotype)) == 0 for genotype in genotypes]
    assert sum(sound) == 5
    assert all(sound[6:])


def test_no_two_are_one_network() -> None:
    space = SPACES["tiny"]
    genotypes = draw_genotypes(space, SampleSize(100, 1, 90, 0), seed=0)
    assert len({space.decode(genotype).key for genotype in genotypes}) == len(genotypes) >= 100


def test_more_sound_ones_leave_the_random_ones_as_they_were() -> None:
    few, more = (draw_genotypes(SPACE, SampleSize(4, 1, sound, 0), 3) for sound in (0, 8))
    assert few == more[:4]


def test_a_space_without_sound_members_has_a_sample_of_random_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """R14-SP39's stem ends at levels 4 and 5, so that its output of level 3 always loses detail."""
    monkeypatch.setattr(doctor_sample, "MOST_MISSES", 100)
    space = SPACES["r14-sp39"]
    assert len(draw_genotypes(space, SampleSize(2, 1, 2, 0), seed=0)) == 2


def test_a_space_of_too_few_members_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_sample, "MOST_MISSES", 100)
    with pytest.raises(UsageError, match=r"--architectures 9000: only .* give at most that"):
        draw_genotypes(SPACES["tiny"], SampleSize(9000, 1, 0, 0), seed=0)


def test_all_have_their_first_seed_before_any_has_its_second_and_the_long_one_last() -> None:
    drawn = sample()
    trials = plan(drawn, SPACE)
    n = len(drawn.genotypes)
    assert [trial.fidelity for trial in trials] == ["short"] * 2 * n + ["long"] * n
    assert [trial.genotype for trial in trials] == list(drawn.genotypes) * 3
    assert len(trials) == drawn.trainings


def test_without_a_long_training_there_are_the_seeds() -> None:
    drawn = sample(long="")
    assert len(plan(drawn, SPACE)) == drawn.trainings == 2 * len(drawn.genotypes)


def test_a_sample_comes_back_from_json() -> None:
    drawn = sample()
    assert Sample.from_dict(json.loads(json.dumps(drawn.as_dict()))) == drawn


def test_the_long_training_differs_in_its_steps_alone() -> None:
    config = load_config("smoke", {"fidelity.steps": "10"})
    short, long = json.loads(config.fidelity.canonical()), json.loads(long_fidelity(config, 2.5))
    assert {name for name in short if short[name] != long[name]} == {"steps"}
    assert long["steps"] == 25


def test_a_factor_that_adds_no_step_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--long 1.1: so many times 4 steps are no more"):
        long_fidelity(load_config("smoke", {}), 1.1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"architectures": 0}, "--architectures 0: give a whole number, 1 to 10,000"),
        ({"seeds": 0}, "--seeds 0"),
        ({"sound": -1}, "--sound -1: give a whole number, 0 to"),
        ({"long": 1.0}, "--long 1: give a factor above 1"),
        ({"long": float("nan")}, "--long nan"),
    ],
)
def test_a_size_that_makes_no_sense_is_refused(changes: dict[str, float], said: str) -> None:
    given = {"architectures": 6, "seeds": 2, "sound": 5, "long": 2.5, **changes}
    with pytest.raises(UsageError, match=said):
        SampleSize(**given)  # type: ignore[arg-type]
