import math
from itertools import pairwise

import pytest

from nas.compose import make_objective
from nas.config_source import load_config
from nas.errors import UsageError
from nas.objectives import ApUnder, ApUnderMadds, ap


def test_the_reward_is_the_ap() -> None:
    assert ap({"AP": 0.25, "AP50": 0.5}) == 0.25


def test_a_task_without_ap_needs_an_objective_of_its_own() -> None:
    with pytest.raises(UsageError, match=r"reports accuracy but no AP"):
        ap({"accuracy": 0.9})


def test_five_percent_more_accuracy_pays_for_twice_the_cost() -> None:
    """How arXiv 1807.11626 section 3.1 finds w = -0.07."""
    reward = ApUnderMadds(madds=9e6)
    small, large = {"AP": 0.5, "madds": 9e6}, {"AP": 0.525, "madds": 18e6}
    assert reward(small) == 0.5
    assert reward(large) == pytest.approx(reward(small), rel=1e-3)


def test_the_hard_limit_is_ap_alone_up_to_the_target() -> None:
    """alpha=0, beta=-1: arXiv 1807.11626 figure 4, above."""
    reward = ApUnder("params", 1000, alpha=0, beta=-1)
    assert reward({"AP": 0.5, "params": 10}) == 0.5
    assert reward({"AP": 0.5, "params": 1000}) == 0.5
    assert reward({"AP": 0.5, "params": 4000}) == 0.125


def test_the_soft_limit_pays_for_what_is_saved() -> None:
    reward = ApUnder("latency_ms", 80)
    rewards = [reward({"AP": 0.5, "latency_ms": cost}) for cost in (20, 40, 80, 160)]
    ratios = [a / b for a, b in pairwise(rewards)]
    assert ratios == pytest.approx(3 * [2**0.07])


@pytest.mark.parametrize("metrics", [{"AP": 0.5}, {"AP": 0.5, "madds": 0}, {"madds": 5}])
def test_metrics_without_ap_or_cost_are_refused(metrics: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=r"no madds|madds is 0|no AP"):
        ApUnderMadds(9e6)(metrics)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"madds": "9M"}, "target is '9M': give a number"),
        ({"madds": 0}, "target is 0 madds: give a number above 0"),
        ({"madds": math.inf}, "target is inf"),
        ({"madds": True}, "target is True"),
        ({"madds": 9e6, "alpha": 0.07}, r"alpha is 0.07: give -10.0 to 0"),
        ({"madds": 9e6, "beta": -400}, r"beta is -400.0: give -10.0 to 0"),
        ({"madds": 9e6, "beta": []}, r"beta is \[\]"),
    ],
)
def test_options_out_of_range_are_refused(options: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ApUnderMadds(**options)


def test_a_config_gives_an_objective_its_options() -> None:
    given = {"search.objective": "ap_under_madds", "search.objective_options.madds": "9e6"}
    reward = make_objective(load_config("quick", given))
    assert reward({"AP": 0.5, "madds": 9e6}) == 0.5


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"objective": "ap_under_madds"}, "missing a required argument: 'madds'"),
        ({"objective": "ap_under", "objective_options.metric": "madds"}, "argument: 'target'"),
        ({"objective": "ap_under", "objective_options.colour": "1"}, "colour"),
        ({"objective": "ap", "objective_options.madds": "9e6"}, "'ap' is no class, so it takes no"),
    ],
)
def test_missing_and_unknown_options_are_named(given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_objective(load_config("quick", {f"search.{k}": v for k, v in given.items()}))
