import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from nas.doctor_candidates import Candidate
from nas.doctor_report import DoctorReport, make_report
from nas.doctor_verdict import seeds_needed, verdict
from nas.errors import UsageError
from results import Failure, FailureKind
from results.estimate import Estimate, Measured, Unmeasured

RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal((16, 3))
FAILURE = Failure(FailureKind.DIVERGED, "nan")


def candidates(spread: float, noise: float, n: int = 16) -> list[Candidate]:
    """Every fourth loses detail, and all AP with it; multiply-adds are in the reverse order."""
    return [
        Candidate(
            key=str(i),
            genotype=(i,),
            random=i < 12,
            detail_loss=0 if i % 4 else 2,
            params=100,
            madds=1000 - i,
            short=tuple(
                {"AP": (i % 4 > 0) * (1 + spread * i) + noise * NOISE[i, seed], "cpu_seconds": i}
                for seed in range(2)
            ),
            long={"AP": (i % 4 > 0) * (2 + spread * i) + 0.5 * noise * NOISE[i, 2]},
            failures=(),
        )
        for i in range(n)
    ]


def report(found: list[Candidate], has_long: bool = True) -> DoctorReport:
    return make_report(found, 3 * len(found), has_long=has_long)


def value(figure: Measured) -> float:
    assert isinstance(figure, Estimate)
    return figure.value


def test_random_and_sound_ones_are_two_groups() -> None:
    made = report(candidates(0.1, 0.01))
    assert (made.random.count, made.sound.count) == (12, 12)
    assert made.random.mean == pytest.approx(
        np.mean([m["AP"] for c in candidates(0.1, 0.01)[:12] for m in c.short])
    )


def test_rank_agreements_are_of_mean_short_rewards() -> None:
    found = candidates(0.1, 0.5)
    sound = [c for c in found if c.sound]
    short = [np.mean([m["AP"] for m in c.short]) for c in sound]
    made = report(found).sound
    long = [c.long["AP"] for c in sound if c.long is not None]
    assert value(made.rank_long) == pytest.approx(stats.spearmanr(short, long).statistic)
    madds = [c.madds for c in sound]
    assert value(made.baselines["madds"]) == pytest.approx(stats.spearmanr(short, madds).statistic)


def test_the_least_detail_loss_comes_first() -> None:
    assert value(report(candidates(0.0, 0.01)).random.baselines["detail_loss"]) > 0.7


def test_a_baseline_that_says_the_same_of_all_is_not_known() -> None:
    made = report(candidates(0.1, 0.01))
    assert made.random.baselines["params"] == Unmeasured("all values are equal")
    assert made.sound.baselines["detail_loss"] == Unmeasured("all values are equal")


def test_what_seeds_resolve_is_twice_the_error_of_a_difference() -> None:
    made = report(candidates(0.1, 0.2)).sound
    error = value(made.reliability.sd_within) * math.sqrt(2 / 3)
    assert value(made.resolvable[3]) == pytest.approx(2 * error)


def test_failed_trainings_are_counted_and_left_out() -> None:
    found = candidates(0.1, 0.01)
    lost = [Candidate("x", (99,), True, 0, 1, 1, (), None, (FAILURE, FAILURE, FAILURE))]
    whole, made = report(found), report(found + lost)
    assert made.failed == 3
    assert made.random == whole.random
    assert made.sound == whole.sound


def test_a_failed_long_training_leaves_the_short_ones_in() -> None:
    found = candidates(0.1, 0.01)
    found[1] = Candidate("1", (1,), True, 0, 100, 999, found[1].short, None, (FAILURE,))
    made = report(found)
    assert made.sound.count == 12
    assert isinstance(made.sound.rank_long, Estimate)


def test_without_long_trainings_nothing_agrees_with_them() -> None:
    assert report(candidates(0.1, 0.01), has_long=False).random.rank_long == Unmeasured(
        "no long training was made"
    )


def test_seconds_are_a_median_with_its_bounds_and_the_largest() -> None:
    made = report(candidates(0.1, 0.01))
    assert value(made.cpu_seconds) == 7.5
    assert made.cpu_seconds_max == 15


def test_a_task_without_ap_is_refused() -> None:
    lost = Candidate("x", (99,), True, 0, 1, 1, ({"accuracy": 1.0},), None, ())
    with pytest.raises(UsageError, match="the task reports accuracy: a doctor needs AP"):
        report([lost])


@pytest.mark.parametrize("icc", [-0.5, 0.1, 0.6, 0.7, 0.75, 0.86])
def test_so_many_seeds_make_a_mean_reliable(icc: float) -> None:
    """A mean over n trainings has the variance of a training, less 1 - 1/n of the noise."""
    reliable = [n for n in (1, 2, 3, 5) if icc > 0 and icc / (icc + (1 - icc) / n) >= 0.85]
    assert seeds_needed(icc) == (reliable[0] if reliable else None)


@pytest.mark.parametrize(
    ("spread", "noise", "said"),
    [
        (0.2, 0.01, "tells architectures apart: ICC"),
        (0.0, 3.0, "not tell architectures apart: ICC"),
        (0.2, 0.01, "one seed will do"),
        (0.0, 0.05, "among the sound ones, ICC"),
        (0.0, 0.05, "a search must beat detail loss, rank agreement 0."),
        (0.2, 0.01, "believe an order among the sound ones from differences of 0.0"),
        (0.0, 0.05, "the order may change in a longer training (rank agreement"),
    ],
)
def test_the_verdict_says_what_follows(spread: float, noise: float, said: str) -> None:
    text = verdict(report(candidates(spread, noise)))
    assert said in text
    assert "\n" not in text


def test_two_architectures_have_a_verdict_too() -> None:
    text = verdict(report(candidates(0.2, 0.01, n=2)))
    assert text.startswith("cannot be judged on random architectures (2 measured: it takes 3)")
    assert "take more --architectures" in text


def one_seed(found: list[Candidate]) -> list[Candidate]:
    return [replace(one, short=one.short[:1]) for one in found]


def test_one_seed_is_advised_to_become_two() -> None:
    text = verdict(report(one_seed(candidates(0.2, 0.01))))
    assert "take --seeds 2 to know more" in text
    assert "--architectures" not in text


def test_more_architectures_are_not_advised_where_all_are_equal() -> None:
    found = [replace(one, short=({"AP": 0.0},) * 2) for one in candidates(0.2, 0.01)]
    text = verdict(report(found))
    assert "(all values are equal)" in text
    assert "--architectures" not in text
