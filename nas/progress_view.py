"""A running search on the screen: a live panel on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from nas.failure_summary import counted
from nas.progress import Progress, duration
from results import Trial
from results.training_length import training_length

NameOf = Callable[[Trial], str]  # empty: it has none


def nameless(trial: Trial) -> str:
    """Of trials that a controller proposed."""
    return ""


class ProgressView(Protocol):
    """What shows a finished trial."""

    def show(self, progress: Progress, trial: Trial) -> None: ...


class PlainView:
    """One line a trial; for pipes, logs and CI."""

    def __init__(self, console: Console, name_of: NameOf = nameless) -> None:
        self._console, self._name_of = console, name_of

    def show(self, progress: Progress, trial: Trial) -> None:
        said = trial_line(trial, self._name_of(trial))
        line = f"{progress.done:>4}/{progress.total}  {said}  {best_text(progress)}"
        self._console.print(
            f"{line}  left {duration(progress.seconds_left)}", soft_wrap=True, markup=False
        )


class LiveView:
    """A bar, the figures and the last trial, drawn in place."""

    def __init__(self, live: Live, total: int, name_of: NameOf = nameless) -> None:
        self._live, self._name_of = live, name_of
        self._bar = Bar(
            TextColumn("searching"), BarColumn(bar_width=None), MofNCompleteColumn(), expand=True
        )
        self._task = self._bar.add_task("", total=total)

    def start(self, progress: Progress) -> None:
        """Draw before the first trial has ended."""
        self._bar.update(self._task, completed=progress.done)
        self._live.update(Group(self._bar, Text(figures(progress), style="dim")))

    def show(self, progress: Progress, trial: Trial) -> None:
        self._bar.update(self._task, completed=progress.done)
        said = trial_line(trial, self._name_of(trial))
        last = Text(f"last  {said}", style="red" if trial.failure else "dim")
        self._live.update(Group(self._bar, Text(figures(progress)), last))


@contextmanager
def progress_view(
    console: Console, progress: Progress, name_of: NameOf = nameless
) -> Iterator[ProgressView]:
    """The view that fits where the output goes; `name_of`: what a trial's network is called."""
    if not console.is_terminal:
        yield PlainView(console, name_of)
        return
    with Live(console=console, refresh_per_second=4) as live:
        view = LiveView(live, progress.total, name_of)
        view.start(progress)
        yield view


def trial_line(trial: Trial, called: str = "") -> str:
    """What became of a trial, in a line; `called`: its network."""
    length = training_length(trial.fidelity)
    rung = f" to step {length.steps}" if trial.continues is not None or length.share < 1 else ""
    network = f"{called} ({trial.key[:8]})" if called else trial.key[:8]
    name = f"trial {trial.number} {network}{rung}"
    if trial.failure is not None:
        return f"{name} failed, {trial.failure}"
    took = trial.metrics.get("seconds")
    reward = "infeasible" if trial.reward is None else f"{trial.reward:.4f}"
    return f"{name} reward {reward}" + ("" if took is None else f" in {took:.1f} s")


def best_text(progress: Progress) -> str:
    """The best trial so far."""
    best = progress.best
    if best is None or best.reward is None:
        return "best -"
    return f"best {best.reward:.4f} (trial {best.number})"


def figures(progress: Progress) -> str:
    """Best, seconds a candidate, time left, failures."""
    per_trial = progress.seconds_per_trial
    parts = [
        best_text(progress),
        "- s/candidate" if per_trial is None else f"{per_trial:.1f} s/candidate",
        f"left {duration(progress.seconds_left)}",
    ]
    if progress.failed:
        parts.append(f"failed: {counted(progress.failed)}")
    return "  ·  ".join(parts)
