import io
from dataclasses import replace

import pytest
from rich.console import Console

from nas.progress import ProgressCounter, duration
from nas.progress_view import PlainView, progress_view, trial_line
from results import FailureKind, Outcome, Trial
from search_space import SPINENET_49

RUNNING = Trial(
    number=3,
    genotype=None,
    architecture=SPINENET_49,
    fidelity="{}",
    seed=0,
    started=0.0,
    metrics={"params": 1, "madds": 2},
)
GOOD = RUNNING.finish(Outcome.success({"AP": 0.5, "seconds": 2.0}), 0.5, 1.0)
BAD = RUNNING.finish(Outcome.failed(FailureKind.DIVERGED, "step 7"), None, 1.0)


def test_the_best_trial_is_the_one_of_the_largest_reward() -> None:
    counter = ProgressCounter(total=5, done=0, failed={}, best=None)
    for reward in (0.2, 0.7, 0.4):
        progress = counter.add(replace(GOOD, reward=reward))
    assert progress.best is not None
    assert progress.best.reward == 0.7


def test_failures_are_counted_apart_and_are_done() -> None:
    counter = ProgressCounter(total=5, done=1, failed={}, best=None)
    counter.add(GOOD)
    progress = counter.add(BAD)
    assert (progress.done, progress.failed) == (3, {FailureKind.DIVERGED: 1})


def test_the_time_left_is_that_of_the_trials_of_this_session() -> None:
    counter = ProgressCounter(total=10, done=6, failed={}, best=None)
    assert counter.now().seconds_left is None
    progress = counter.add(GOOD)
    assert progress.seconds_per_trial is not None
    assert progress.seconds_left == pytest.approx(3 * progress.seconds_per_trial)


def test_the_time_that_the_last_promotions_take_is_not_known() -> None:
    counter = ProgressCounter(total=2, done=0, failed={}, best=None)
    rung = replace(GOOD, fidelity='{"steps":100,"stop_step":25}')
    assert counter.add(rung).seconds_left is not None
    assert counter.add(rung).seconds_left is None
    assert counter.add(replace(GOOD, continues=2)).seconds_left is None


def test_a_search_without_rungs_ends_with_no_time_left() -> None:
    counter = ProgressCounter(total=1, done=0, failed={}, best=None)
    assert counter.add(GOOD).seconds_left == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (8.4, "8 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_a_duration_is_written_in_its_two_largest_units(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_a_pipe_gets_one_line_a_trial() -> None:
    console = Console(file=io.StringIO(), width=40)
    counter = ProgressCounter(total=4, done=0, failed={}, best=None)
    with progress_view(console, counter.now()) as view:
        assert isinstance(view, PlainView)
        for trial in (GOOD, BAD):
            view.show(counter.add(trial), trial)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("   1/4  trial 3 ")
    assert "diverged: step 7" in lines[1]


def test_a_terminal_gets_a_live_view_with_the_figures() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    counter = ProgressCounter(total=4, done=0, failed={}, best=None)
    with progress_view(console, counter.now()) as view:
        view.show(counter.add(GOOD), GOOD)
    assert isinstance(console.file, io.StringIO)
    drawn = console.file.getvalue()
    assert "1/4" in drawn
    assert "best 0.5000 (trial 3)" in drawn
    assert "s/candidate" in drawn


def test_a_network_that_has_a_name_is_called_by_it() -> None:
    console = Console(file=io.StringIO(), width=40)
    counter = ProgressCounter(total=4, done=0, failed={}, best=None)
    with progress_view(console, counter.now(), lambda one: f"network {one.number}") as view:
        view.show(counter.add(GOOD), GOOD)
    assert isinstance(console.file, io.StringIO)
    said = f"trial 3 network 3 ({SPINENET_49.key[:8]}) reward 0.5000"
    assert said in console.file.getvalue()


def test_a_failed_trial_says_why() -> None:
    assert trial_line(BAD).endswith("failed, diverged: step 7")
