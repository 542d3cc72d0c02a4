from itertools import pairwise

import numpy as np
import pytest
import scipy.stats

from results.paired_steps import Arm, Verdict, holm, paired_steps, seeds_needed, verdict_of

RNG = np.random.default_rng(0)


def arm(name: str, values: "np.ndarray", failed: int = 0) -> Arm:
    return Arm(name, dict(enumerate(values.tolist())), failed)


def steps_of(tables: "np.ndarray") -> "list":
    """That each row is above the next."""
    arms = [arm(str(row), values) for row, values in enumerate(tables)]
    return paired_steps(list(pairwise(arms)))


def test_interval_and_p_are_scipys_paired_t() -> None:
    a, b = RNG.normal(1, 1, 12), RNG.normal(0, 1, 12)
    (step,) = steps_of(np.stack([a, b]))
    test = scipy.stats.ttest_rel(a, b)
    low, high = test.confidence_interval(0.95)
    assert step.difference is not None
    assert (step.difference.low, step.difference.high) == pytest.approx((low, high), abs=1e-5)
    assert step.p == pytest.approx(test.pvalue, abs=1e-9)


def test_only_seeds_that_both_have_are_compared() -> None:
    (step,) = paired_steps([(Arm("a", {1: 0.5, 2: 0.7, 9: 5.0}), Arm("b", {1: 0.4, 2: 0.5}, 1))])
    assert step.seeds == 2
    assert step.difference is not None
    assert step.difference.value == pytest.approx(0.15)
    assert step.failed == 1


@pytest.mark.parametrize("seeds", [0, 1])
def test_with_fewer_than_two_common_seeds_nothing_is_decided(seeds: int) -> None:
    (step,) = steps_of(np.ones((2, seeds)))
    assert (step.difference, step.verdict) == (None, Verdict.NOT_RESOLVED)


def test_networks_without_noise_are_decided_by_any_difference() -> None:
    steps = steps_of(np.array([[0.5, 0.5], [0.4, 0.4], [0.4, 0.4], [0.6, 0.6]]))
    assert [step.verdict for step in steps] == [
        Verdict.CONFIRMED,
        Verdict.NOT_RESOLVED,
        Verdict.CONTRADICTED,
    ]


def test_holm_is_what_his_paper_does() -> None:
    """The four of its example's kind: 0.01 x 4, 0.013 x 3, 0.014 x 2 held up, 0.5."""
    assert holm([0.014, 0.5, 0.01, 0.013]) == pytest.approx([0.04, 0.5, 0.04, 0.04])


@pytest.mark.parametrize("share", [0.3, 0.7, 1.5])
def test_so_many_seeds_have_80_percent_power(share: float) -> None:
    """The exact noncentral t: of this number or of one more or fewer."""

    def power(pairs: int) -> float:
        bound, shift = scipy.stats.t.ppf(0.975, pairs - 1), share * pairs**0.5
        return float(scipy.stats.nct.sf(bound, pairs - 1, shift))

    needed = seeds_needed(share * 0.01, 0.01)
    assert needed is not None
    assert power(needed + 1) >= 0.8 > power(needed - 2)


def test_no_number_of_seeds_resolves_no_difference() -> None:
    assert seeds_needed(0.0, 0.01) is None


def test_a_claim_is_decided_by_all_of_its_steps() -> None:
    better = steps_of(np.array([[0.5, 0.6, 0.55], [0.1, 0.2, 0.15], [0.12, 0.19, 0.15]]))
    assert [step.verdict for step in better] == [Verdict.CONFIRMED, Verdict.NOT_RESOLVED]
    assert verdict_of(better) is Verdict.NOT_RESOLVED
    assert verdict_of(better[:1]) is Verdict.CONFIRMED
    worse = steps_of(np.array([[0.5, 0.6], [0.1, 0.2], [0.52, 0.6]]))
    assert verdict_of([]) is Verdict.NOT_RESOLVED
    assert Verdict.CONFIRMED not in {verdict_of(worse)}


def test_where_trainings_failed_no_other_step_decides_a_claim() -> None:
    good, bad = arm("good", np.array([0.5, 0.6, 0.55])), arm("bad", np.array([0.1, 0.21, 0.15]))
    failed = arm("failed", np.array([0.1, 0.2, 0.16]), failed=1)
    steps = paired_steps([(bad, good), (good, failed)])
    assert [step.verdict for step in steps] == [Verdict.CONTRADICTED, Verdict.NOT_RESOLVED]
    assert verdict_of(steps) is Verdict.NOT_RESOLVED


@pytest.mark.parametrize("sds", [(1, 1, 1, 1), (1, 1, 1, 4)])
def test_of_equal_networks_one_in_twenty_claims_is_decided(sds: tuple[int, ...]) -> None:
    """Three steps together, 10 seeds, also where a seed matters four times as much to one.

    Decided in at most 5 % of 600 claims by Holm, so more than 45 of them with probability 0.3 %.
    """
    rng = np.random.default_rng(1)
    decided = 0
    for _ in range(600):
        table = rng.normal(0, 1, (4, 10)) * np.array(sds)[:, None] + rng.normal(0, 2, 10)
        decided += any(step.verdict is not Verdict.NOT_RESOLVED for step in steps_of(table))
    assert decided <= 45


def test_an_interval_holds_the_truth_in_95_percent() -> None:
    """Of 1,000 differences of 0.3 with 8 seeds; below 93 % or above 97 % with p of 0.4 %."""
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(1000):
        (step,) = steps_of(np.stack([rng.normal(0.3, 1, 8), rng.normal(0, 0.5, 8)]))
        assert step.difference is not None
        hits += step.difference.low <= 0.3 <= step.difference.high
    assert 930 <= hits <= 970
