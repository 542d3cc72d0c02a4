"""`nas report RUN_DIR...`: a page for the browser, which opens with the answer."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError

PAGE: Final = "report.html"
SHORTEST: Final = 1.0  # seconds between two pages
LONGEST: Final = 86400.0
DESCRIPTION: Final = """A page for the browser that needs nothing beside it: the winner with its
picture and how sure that is, what made it good, all trials, and what to type next.

  nas report runs/a                      writes report.html
  nas report runs/a runs/b -o both.html  begins with the runs side by side
  nas report runs/a --watch 30           writes it anew until the search is over, or Ctrl-C

The runs are only read; --watch looks at their files' times, and reads what has changed. After a
page it waits for at least 20 times the CPU time that the page took."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.interruption import stoppable

    known = _parser().parse(words)
    runs: list[Path] = known.runs
    if known.watch is None:
        _write(known, None)
        return 0
    if not SHORTEST <= known.watch <= LONGEST:
        raise UsageError(f"--watch {known.watch:g}: give {SHORTEST:g} to {LONGEST:g} seconds")
    from nas.report_watch import changes

    with stoppable(f"{known.output} is as it was last written"):
        for is_going_on in changes(runs, known.watch):
            _write(known, known.watch if is_going_on else None)
    return 0


def _parser() -> OneLineParser:
    from nas.given_noise import HELP

    parser = OneLineParser(prog="nas report", description=DESCRIPTION)
    parser.add_argument("runs", metavar="RUN_DIR", type=Path, nargs="+")
    parser.add_argument(
        "-o", "--output", metavar="FILE", default=PAGE, help=f"the page (default: {PAGE})"
    )
    parser.add_argument(
        "--watch", metavar="SECONDS", type=float, help="write it anew this often, as trials come"
    )
    parser.add_argument("--noise", metavar="FILE|SD", help=HELP)
    return parser


def _write(known: argparse.Namespace, every: float | None) -> None:
    from nas.given_noise import given_noise
    from nas.report_commands import report_commands
    from nas.report_protocols import differing_protocols
    from results import report_document, report_page

    runs: list[Path] = known.runs
    noise = given_noise(known.noise, runs)
    commands = partial(report_commands, noise=known.noise)
    document = report_document(runs, commands, every, differing_protocols, noise)
    page = report_page(document)
    write_output(page, known.output)
    print(f"{known.output}: {len(page) / 1e6:.1f} MB", file=sys.stderr)
