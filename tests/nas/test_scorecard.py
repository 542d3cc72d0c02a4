"""The short form of the scorecard.

Its seeds are fixed: it can fail by chance only when a change of the code changes what they mean.
Of such changes to a right program
- 1 % would fail the test of the flat landscapes: each of three controllers is ahead of random
  search with a chance of 0.49 on each of eight landscapes;
- less than 1 % the others: see there.
"""

import json
from dataclasses import replace

import numpy as np
import pytest

from nas.errors import UsageError
from nas.scorecard import scorecard
from nas.scorecard_baseline import Baseline
from nas.scorecard_json import scorecard_json
from nas.scorecard_row import ScorecardRow, compared, make_row
from nas.scorecard_run import ScorecardRun
from nas.scorecard_settings import ScorecardSettings

SHORT = ScorecardSettings(
    controllers=("random", "evolution", "local"),
    landscapes=("tables", "flat"),
    budget=100,
    seeds=8,
)
TINY = ScorecardSettings(
    controllers=("random", "evolution"), landscapes=("tables", "flat"), budget=10, seeds=2
)


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], ScorecardRow]:
    return {(row.landscape, row.controller): row for row in scorecard(SHORT).rows}


def comparable(row: ScorecardRow) -> dict[str, object]:
    return row.as_dict() | {"cpu_ms_per_proposal": None}


def test_evolution_and_local_search_save_evaluations(
    rows: dict[tuple[str, str], ScorecardRow],
) -> None:
    for name in ("evolution", "local"):
        found = rows["tables", name]
        assert found.ratio.value > 1
        assert found.regret.value < rows["tables", "random"].regret.value


def test_random_search_does_not_beat_itself(rows: dict[tuple[str, str], ScorecardRow]) -> None:
    found = rows["tables", "random"]
    assert found.ratio.low <= 1 <= found.ratio.high
    assert found.hypervolume.low <= 1 <= found.hypervolume.high


def test_nobody_is_ahead_on_all_flat_landscapes(
    rows: dict[tuple[str, str], ScorecardRow],
) -> None:
    # Ahead on seven of eight is a claim already, which each of them makes by chance in 6.6 %.
    flat = [row for (landscape, _), row in rows.items() if landscape == "flat"]
    assert [row.controller for row in flat if min(row.ratios) > 1] == []
    assert all(row.regret.value == 0 for row in flat)


def test_a_curve_rises_to_the_regret_at_the_budget(
    rows: dict[tuple[str, str], ScorecardRow],
) -> None:
    random, evolution = rows["tables", "random"], rows["tables", "evolution"]
    lost = random.curve[0, -1] - evolution.curve[0, -1]
    assert lost == pytest.approx(evolution.regret.value - random.regret.value)


def test_rows_do_not_depend_on_the_number_of_workers() -> None:
    alone, together = scorecard(TINY, workers=1).rows, scorecard(TINY, workers=2).rows
    assert [comparable(row) for row in alone] == [comparable(row) for row in together]


def test_every_piece_of_work_is_counted() -> None:
    seen: list[tuple[int, int]] = []
    small = replace(TINY, controllers=("random",), landscapes=("flat",))
    scorecard(small, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_controller_that_breaks_is_named_with_its_landscape() -> None:
    name = "tests.nas.scorecard_plugins:Failing"
    small = replace(TINY, controllers=(name,), landscapes=("flat",))
    with pytest.raises(UsageError, match=r"Failing' fails on landscape flat, seed .*RuntimeError"):
        scorecard(small)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("Leaving", "flat, seed 0: SystemExit: 0"),
        ("Interrupting", "flat, seed 0: KeyboardInterrupt: "),
        ("Fickle", "flat, seed 1: ValueError: not this one"),
    ],
)
def test_a_controller_that_fails_leaves_the_others_as_they_are(broken: str, said: str) -> None:
    name = f"tests.nas.scorecard_plugins:{broken}"
    seen: list[tuple[int, int]] = []
    small = replace(TINY, landscapes=("flat",), controllers=("random", name))
    card = scorecard(small, on_progress=lambda done, total: seen.append((done, total)))
    assert {name: f"controller {name!r} fails on landscape {said}"} == card.failures
    alone = scorecard(replace(small, controllers=("random",)))
    assert [comparable(row) for row in card.rows] == [comparable(row) for row in alone.rows]
    assert seen[-1][0] == seen[-1][1]


def test_where_nothing_is_covered_hypervolumes_are_equal() -> None:
    small = replace(TINY, controllers=("random",), landscapes=("flat",), noise=0.0)
    (row,) = scorecard(small).rows
    assert (row.hypervolume.value, row.hypervolume.low, row.hypervolume.high) == (1.0, 1.0, 1.0)
    assert json.loads(scorecard_json([row], small), parse_constant=pytest.fail)


def a_run(evaluations: int | None, final: float, best: float) -> ScorecardRun:
    incumbents = np.array([final - 1] * 5 + [final] * 5)
    return ScorecardRun(evaluations, incumbents, best, 3.0, 20, 0.1)


def a_row(*evaluations: int | None, name: str = "mine") -> ScorecardRow:
    runs = [a_run(found, 1.0, 2.0) for found in evaluations]
    baselines = [Baseline(0.0, (0.0, 1.0), 2.0)] * len(runs)
    return make_row(name, "tables", runs, baselines, [4.0] * len(runs), 10)


def test_the_figures_of_a_row_are_those_of_its_runs() -> None:
    row = a_row(1, 5, 12, None)
    assert row.ratios == (10.0, 2.0, 10 / 12, 0.8)
    assert row.ratio.value == pytest.approx((2 + 10 / 12) / 2)
    assert (row.unreached, row.evaluations) == (1, 8.5)
    assert (row.regret.value, row.regret.low, row.regret.high) == (3.0, 3.0, 3.0)
    assert row.hypervolume.value == 1.5
    assert row.cpu_ms_per_proposal == pytest.approx(5.0)


def test_a_row_that_never_reaches_the_goal_has_the_upper_bound() -> None:
    row = a_row(None, None, None)
    assert (row.ratio.value, row.ratio.high, row.evaluations) == (0.8, 0.8, 12.5)
    assert not row.gain


def test_a_gain_is_more_than_chance_gives_any_of_the_rows() -> None:
    """Of 30 tosses: 20 heads or more have a chance of 4.9 %, 21 of 2.1 %."""
    alone, lucky = a_row(*[2] * 20, *[11] * 10), a_row(*[2] * 21, *[11] * 9)
    assert compared([alone], [])[0].gain
    assert not any(row.gain for row in compared([lucky, a_row(*[11] * 30, name="other")] * 2, []))


def test_a_short_run_keeps_its_incumbent() -> None:
    short = ScorecardRun(None, np.array([0.5, 0.7]), 0.7, 1.0, 1002, 0.1)
    row = make_row("mine", "tables", [short] * 2, [Baseline(0, (0, 1), 1.0)] * 2, [0.7] * 2, 10)
    assert row.curve[0].tolist() == [0.5, *[0.7] * (len(row.curve_evaluations) - 1)]
    assert row.regret.value == 0


def test_rows_say_which_reference_is_ahead_and_come_best_first() -> None:
    rows = [a_row(5, 5, name="mine"), a_row(2, 2, name="theirs"), a_row(1, 1, name="best")]
    found = compared(rows, ["theirs"])
    assert [row.controller for row in found] == ["best", "theirs", "mine"]
    assert [row.behind for row in found] == [(), (), ("theirs",)]


def test_a_row_loses_where_chance_does_not_explain_it() -> None:
    """Behind on all 5 landscapes: 1 in 32; on 4 of 5: 6 in 32."""
    mine = a_row(*[5] * 5)
    for ahead, lost in (([2] * 5, ("theirs",)), ([2] * 4 + [9], ())):
        found = compared([mine, a_row(*ahead, name="theirs")], ["theirs"])[-1]
        assert (found.behind, found.loses_to) == (("theirs",), lost)
