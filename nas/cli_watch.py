"""`nas watch RUN_DIR`: follow a search that another process does."""

import argparse
import time
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_parser import OneLineParser

if TYPE_CHECKING:
    from rich.console import Console

INTERVAL = 1.0  # seconds
SHARE = 20  # at least so many times the CPU time of a look is waited after it
NOTES = """The run is only read, a moment at a time: no look makes a search wait. Where output is no
terminal, a line is printed for each trial that ends. The command ends with the search; where that
is cut off, it waits until somebody resumes it."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.tables import wide_console

    parser = OneLineParser(
        prog="nas watch", description="Follow a search while it runs.", epilog=NOTES
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument("--once", action="store_true", help="say how it is now, and end")
    parser.add_argument(
        "--interval",
        metavar="SECONDS",
        type=_seconds,
        default=INTERVAL,
        help=f"between two looks (default: {INTERVAL:g})",
    )
    known = parser.parse(words)
    console = wide_console()
    if known.once:
        return _once(known.run, console)
    return _follow(known.run, console, known.interval)


def _once(directory: Path, console: "Console") -> int:
    from nas.run_watch import RunWatch
    from nas.watch_view import panel

    state = RunWatch(directory).look()
    console.print(panel(state, _way_on(directory)), soft_wrap=True, highlight=False)
    return 0


def _follow(directory: Path, console: "Console", interval: float) -> int:
    from nas.run_watch import RunWatch
    from nas.watch_view import watch_view

    watch = RunWatch(directory)
    with watch_view(console, _way_on(directory)) as show:
        while not console.quiet:  # as a pager leaves it that has ended
            before = time.thread_time()
            state = watch.look()
            show(state)
            if state.done:
                break
            time.sleep(max(interval, SHARE * (time.thread_time() - before)))
    return 0


def _way_on(directory: Path) -> str:
    from results.shell_word import shell_word

    return f"`nas resume {shell_word(directory)}`"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (isfinite(seconds) and 0 < seconds <= 86_400):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds in (0, 86400]")
    return seconds
