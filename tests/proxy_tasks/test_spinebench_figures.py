"""Two sources whose APs are on two levels: within one, nothing can be learnt from the other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from proxy_tasks.spinebench_card import card
from proxy_tasks.spinebench_figures import network_sources, surrogate_figures
from proxy_tasks.spinebench_file import SpineBench, as_table
from proxy_tasks.spinebench_surrogate import SurrogateAccuracy
from tests.proxy_tasks.synthetic_bench import ABOUT, members, row, true_ap

EACH = 60


def made() -> SpineBench:
    """`low` and `high`, whose networks differ in size and whose APs by 0.3."""
    bodies = sorted(members(2 * EACH, 0), key=true_ap)
    noise = 0.01 * np.random.default_rng(0).normal(size=2 * EACH)
    rows = [
        row(body, 0, source="low" if place < EACH else "high", AP=0.3 + 0.3 * (place >= EACH) + off)
        for place, (body, off) in enumerate(zip(bodies, noise.tolist(), strict=True))
    ]
    return SpineBench.of_table(as_table(rows, ABOUT), "made here")


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Any]:
    return surrogate_figures(made(), "quick", 1)


def accuracy(figures: Mapping[str, Any]) -> SurrogateAccuracy:
    bench = made()
    return SurrogateAccuracy.of(
        SpineBench(bench.columns, {**bench.about, "surrogate": figures}, bench.path)
    )


def test_what_sources_differ_in_is_not_told_as_order_within_one(figures: Mapping[str, Any]) -> None:
    found = accuracy(figures)
    assert found.held_out.kendall.low > 0.3
    assert found.held_out.explained.low > 0.4
    for part in (found.by_source, found.left_out):
        assert [*part] == ["low", "high"]
        for one in part.values():
            # Noise alone: of 60 networks |tau| is above 0.4 less than once in 100,000.
            assert abs(one.kendall.tau) < 0.4
            assert one.explained.value < 0.3
            assert (one.networks, one.trainings) == (EACH, EACH)


def test_a_source_that_is_left_out_was_not_fitted(figures: Mapping[str, Any]) -> None:
    """The jump of 0.3 between the two is missed whole, where folds of both know it."""
    found = accuracy(figures)
    for name in ("low", "high"):
        assert found.by_source[name].rmse.high < 0.15
        assert found.left_out[name].rmse.low > 0.2


def test_a_network_is_of_the_run_that_trained_it_first() -> None:
    first, other = members(2, 0)
    rows = [row(first, 0, source="a"), row(first, 1, source="b"), row(other, 0, source="b")]
    bench = SpineBench.of_table(as_table(rows, ABOUT), "made here")
    assert network_sources(bench) == {first.key: "a", other.key: "b"}


def test_a_source_of_few_networks_is_not_told() -> None:
    bench = made()
    columns = dict(bench.columns)
    columns["source"] = ["few"] * 19 + ["all"] * (2 * EACH - 19)
    figures = surrogate_figures(SpineBench(columns, bench.about, bench.path), "quick", 1)
    assert [*figures["by_source"]] == ["all"]
    assert figures["left_out"] == {}  # 19 networks are too few to fit


def test_the_card_has_them(figures: Mapping[str, Any]) -> None:
    bench = made()
    lines = "\n".join(card(SpineBench(bench.columns, {**bench.about, "surrogate": figures}, "")))
    assert "held out, of high alone: tau" in lines
    assert "fitted to all sources but high, of it: tau" in lines
