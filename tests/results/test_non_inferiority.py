import numpy as np
import pytest
import scipy.stats

from results.non_inferiority import at_least_as_good
from results.paired_steps import Arm, Step, Verdict

MARGIN = 0.01
WAVE = np.array([0.02, -0.02, 0.01, -0.01, 0.0, 0.03, -0.03, 0.0])


def step(mean: float, sd: float, failed: int = 0) -> Step:
    values = mean + WAVE / WAVE.std(ddof=1) * sd
    other = Arm("other", dict.fromkeys(range(len(values)), 0.0))
    return at_least_as_good(Arm("one", dict(enumerate(values)), failed), other, MARGIN)


@pytest.mark.parametrize("mean", [-0.02, -0.012, -0.008, -0.004, 0.0, 0.004, 0.02])
@pytest.mark.parametrize("sd", [0.001, 0.004, 0.02])
def test_verdicts_are_those_of_two_one_sided_t_tests(mean: float, sd: float) -> None:
    """Of scipy, at 2.5 %: that it is above -margin, and that it is below 0."""
    values = mean + WAVE / WAVE.std(ddof=1) * sd
    above = scipy.stats.ttest_1samp(values, -MARGIN, alternative="greater").pvalue < 0.025
    below = scipy.stats.ttest_1samp(values, 0, alternative="less").pvalue < 0.025
    expected = Verdict.CONFIRMED if above else Verdict.NOT_RESOLVED
    assert step(mean, sd).verdict is (Verdict.CONTRADICTED if below else expected)


def test_a_network_is_as_good_as_itself_without_a_training() -> None:
    one, other = Arm("one", {}, key="k"), Arm("other", {}, key="k")
    assert at_least_as_good(one, other, MARGIN).verdict is Verdict.CONFIRMED
    assert at_least_as_good(one, Arm("other", {}), MARGIN).verdict is Verdict.NOT_RESOLVED


def test_failed_trainings_decide_nothing() -> None:
    found = step(0.02, 0.001, failed=1)
    assert (found.verdict, found.needed) == (Verdict.NOT_RESOLVED, None)


@pytest.mark.parametrize("mean", [0.002, -0.004, -0.007, -0.03])
def test_so_many_seeds_decide_in_four_of_five_cases(mean: float) -> None:
    """By the exact noncentral t, of the end that takes fewer: of this number or one beside it."""
    sd = 0.05
    needed = step(mean, sd).needed
    assert needed is not None

    def power(pairs: int) -> float:
        bound = scipy.stats.t.ppf(0.975, pairs - 1)
        shift = max(mean + MARGIN, -mean) / sd * pairs**0.5
        return float(scipy.stats.nct.sf(bound, pairs - 1, shift))

    assert power(needed + 1) >= 0.8 > power(needed - 2)


def test_an_equal_network_is_found_as_good_with_the_seeds_for_it() -> None:
    """Of 400 with 20 seeds, the margin 3 standard errors: 78 % are (80 % by the lower end, less
    2.5 % by the upper one), so outside of 275 to 345 with p below 1e-4.
    """
    rng = np.random.default_rng(0)
    other = Arm("other", dict.fromkeys(range(20), 0.0))
    confirmed = 0
    for _ in range(400):
        values = rng.normal(0, MARGIN / 3 * 20**0.5, 20)
        found = at_least_as_good(Arm("one", dict(enumerate(values.tolist()))), other, MARGIN)
        confirmed += found.verdict is Verdict.CONFIRMED
    assert 275 <= confirmed <= 345
