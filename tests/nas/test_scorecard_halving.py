import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controllers import RandomSearch
from nas.cli import main
from nas.errors import UsageError
from nas.scorecard_baseline import random_baseline
from nas.scorecard_halving import compare_halving, ratio_interval, steps_ratio
from nas.scorecard_halving_run import POINTS, value_curve
from nas.scorecard_run import run_controller
from nas.scorecard_settings import ScorecardSettings
from proxy_tasks.landscape import Landscape
from search_space import SPACES

SPACE = SPACES["spinenet-49"]


def test_without_rungs_the_curve_is_that_of_the_scorecard() -> None:
    """An independent loop on the same landscape: its incumbents after each of 20 evaluations."""
    landscape = Landscape("tables", 1000)
    baseline = random_baseline(landscape, SPACE, 20, 0)
    known = run_controller(RandomSearch(SPACE, 5), landscape, SPACE, baseline, 20, 0)
    curve = value_curve(RandomSearch(SPACE, 5), landscape, SPACE, (1.0,), 3, 20, 0)
    assert curve[POINTS // 20 - 1 :: POINTS // 20].tolist() == known.incumbents.tolist()


def test_the_ratio_is_of_the_training_until_both_are_where_the_worse_one_ends() -> None:
    without = np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]])
    faster = np.array([[1.0, 4.0, 5.0, 5.0], [1.0, 2.0, 5.0, 5.0]])
    assert steps_ratio(faster, without) == 2.0
    assert steps_ratio(without, faster) == 0.5


def test_a_budget_that_was_not_needed_is_not_counted() -> None:
    """The search without rungs is where it ends after half of its budget."""
    without = np.array([[0.0, 3.0, 3.0, 3.0]])
    assert steps_ratio(np.array([[0.0, 0.0, 3.0, 4.0]]), without) == pytest.approx(2 / 3)


@given(seed=st.integers(0, 2**32), seeds=st.integers(1, 5))
def test_a_search_compared_with_itself_has_a_ratio_of_exactly_one(seed: int, seeds: int) -> None:
    steps = np.random.default_rng(seed).exponential(size=(seeds, 40))
    curve = np.cumsum(steps * (steps > 1), axis=1)  # plateaus, as incumbents have
    assert steps_ratio(curve, curve) == 1
    assert ratio_interval(curve, curve) == (1, 1)


@given(seed=st.integers(0, 2**32))
def test_exchanged_searches_have_the_inverse_ratio(seed: int) -> None:
    first, second = np.cumsum(np.random.default_rng(seed).normal(size=(2, 3, 40)), axis=2)
    assert steps_ratio(first, second) == pytest.approx(1 / steps_ratio(second, first))


def test_equal_seeds_leave_the_ratio_no_interval() -> None:
    without = np.array([[0.0, 1.0, 2.0, 3.0]] * 5)
    assert ratio_interval(without + 1, without) == pytest.approx((4 / 3, 4 / 3))


def test_rungs_spend_no_more_than_the_budget_and_find_more_than_none() -> None:
    """On 8 landscapes; with rungs random search sees 7 times the candidates, and the least ratio of
    1,000 bootstrap samples is far above 1 (docs/proxy.md).
    """
    settings = ScorecardSettings(
        controllers=("random",), landscapes=("tables",), budget=60, seeds=8, first_seed=1000,
        halving=(0.0625, 0.125, 0.25, 0.5),
    )  # fmt: skip
    (row,), failures = compare_halving(settings)
    assert not failures
    assert row.regret < row.regret_without
    assert 1 <= row.ratio.low <= row.ratio.value <= row.ratio.high


def test_the_command_prints_the_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["scorecard", "--controllers", "random", "--landscapes", "tables", "--budget", "10"]
    words += ["--seeds", "2", "--workers", "1", "--halving", "0.25", "--format", "json"]
    assert main(words) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["halving"] == [0.25]
    assert row["command"].endswith("--halving 0.25 --reduction 3")


@pytest.mark.parametrize("halving", [(0.5, 0.25), (1.0,), (0.0, 0.5), (0.5, 0.5)])
def test_shares_that_make_no_rungs_are_refused(halving: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="--halving"):
        ScorecardSettings(controllers=("random",), halving=halving)


def test_no_plot_is_drawn_of_rungs(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["scorecard", "--halving", "0.25", "--plot", "x.svg", "--controllers", "random"]) == 2
    )
    assert "--plot" in capsys.readouterr().err
