"""What `nas watch` shows: a panel that is drawn in place, or lines as they come."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from nas.errors import printable
from nas.progress import duration
from nas.progress_view import best_text, figures, trial_line
from nas.run_watch import RunState
from results import Trial, TrialSummary

Show = Callable[[RunState], None]


@contextmanager
def watch_view(console: Console, command: str) -> Iterator[Show]:
    """What shows each look at a run that `command` goes on with."""
    if not console.is_terminal:
        yield _PlainWatch(console, command).show
        return
    with Live(console=console, auto_refresh=False) as live:
        yield lambda state: live.update(panel(state, command), refresh=True)


def panel(state: RunState, command: str) -> Group:
    """The whole of a state, a line each."""
    progress = state.progress
    lines = [
        Text(f"{progress.done}/{progress.total} candidates", style="bold"),
        Text(figures(progress)),
        Text(driver_line(state, command), style="" if state.since or state.done else "yellow"),
        *_part("in flight", [running_line(*one) for one in state.running]),
        *_part("last", [trial_line(one) for one in state.last]),
        *_part("best", [rank_line(rank, one) for rank, one in enumerate(state.top, 1)]),
    ]
    return Group(*lines)


class _PlainWatch:
    """All of the first state, then a line for each trial and for each coming and going."""

    def __init__(self, console: Console, command: str) -> None:
        self._console, self._command = console, command
        self._said: str | None = None

    def show(self, state: RunState) -> None:
        driver = driver_line(state, self._command)
        if self._said is None:
            self._print(panel(state, self._command))
        else:
            for trial in state.fresh:
                self._print(Text(fresh_line(state, trial)))
            if driver != self._said:
                self._print(Text(driver))
        self._said = driver

    def _print(self, shown: Group | Text) -> None:
        self._console.print(shown, soft_wrap=True, highlight=False)


def driver_line(state: RunState, command: str) -> str:
    """Whether anybody searches, and how to go on where nobody does."""
    if state.done:
        return "the search is done"
    if state.since is None:
        return f"no process is searching: {command} goes on"
    return "a process is searching"


def fresh_line(state: RunState, trial: Trial) -> str:
    """A trial that has ended, and how far the search is, as the driver prints it."""
    progress = state.progress
    line = f"{progress.done:>4}/{progress.total}  {trial_line(trial)}  {best_text(progress)}"
    return printable(f"{line}  left {duration(progress.seconds_left)}")


def running_line(trial: Trial, seconds: float | None) -> str:
    """What is in flight, and for how long."""
    state = "waits for a process" if seconds is None else f"for {duration(seconds)}"
    return f"trial {trial.number} {trial.key[:8]} {state}"


def rank_line(rank: int, trial: TrialSummary) -> str:
    """A line of the short leaderboard."""
    reward = "" if trial.reward is None else f"{trial.reward:.4f}"
    return f"{rank}  reward {reward}  trial {trial.number} {trial.key[:8]}"


def _part(title: str, lines: list[str]) -> list[Text]:
    if not lines:
        return []
    return [Text(title, style="bold"), *(Text(f"  {printable(line)}") for line in lines)]
