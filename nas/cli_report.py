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
from results.store_file import RUN_FILE

PAGE: Final = "report.html"
SHORTEST: Final = 1.0  # seconds between two pages
LONGEST: Final = 86400.0
DESCRIPTION: Final = """A page for the browser that needs nothing beside it: the winner with its
picture and how sure that is, what made it good, all trials, and what to type next.

  nas report runs/a                      writes runs/a/report.html
  nas report runs/a runs/b -o both.html  begins with the runs side by side
  nas report runs/a --watch 30           writes it anew until the search is over, or Ctrl-C

The runs are only read; --watch looks at their files' times, and reads what has changed. After a
page it waits for at least 20 times the CPU time that the page took."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.interruption import stoppable

    known = _parser().parse(words)
    runs: list[Path] = known.runs
    page = usual_page(runs) if known.output is None else known.output
    if known.watch is None:
        _write(known, page, None)
        return 0
    if not SHORTEST <= known.watch <= LONGEST:
        raise UsageError(f"--watch {known.watch:g}: give {SHORTEST:g} to {LONGEST:g} seconds")
    from nas.report_watch import changes

    with stoppable(f"{page} is as it was last written"):
        for is_going_on in changes(runs, known.watch):
            _write(known, page, known.watch if is_going_on else None)
    return 0


def usual_page(runs: Sequence[Path]) -> str:
    """Where a page goes unless told: into the folder of its run, of several into this one.

    A run that is a file of another name than run.sqlite, as a copy, has its page beside it, by its
    name: several may lie in one folder.
    """
    if len(runs) > 1:
        return PAGE
    (run,) = runs
    if run.name == RUN_FILE:
        return str(run.with_name(PAGE))
    return str(run.with_suffix(".html") if run.suffix == ".sqlite" else run / PAGE)


def _parser() -> OneLineParser:
    from nas.given_noise import HELP

    parser = OneLineParser(prog="nas report", description=DESCRIPTION)
    parser.add_argument("runs", metavar="RUN_DIR", type=Path, nargs="+")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help=f"the page (default: RUN_DIR/{PAGE}; of several runs ./{PAGE})",
    )
    parser.add_argument(
        "--watch", metavar="SECONDS", type=float, help="write it anew this often, as trials come"
    )
    parser.add_argument("--noise", metavar="FILE|SD", help=HELP)
    return parser


def _write(known: argparse.Namespace, file: str, every: float | None) -> None:
    from nas.given_noise import given_noise
    from nas.report_commands import report_commands
    from nas.report_protocols import differing_protocols
    from results import report_document, report_page

    runs: list[Path] = known.runs
    noise = given_noise(known.noise, runs)
    commands = partial(report_commands, noise=known.noise)
    document = report_document(runs, commands, every, differing_protocols, noise)
    page = report_page(document)
    try:
        write_output(page, file)
    except UsageError as error:
        if known.output is not None:
            raise
        told = str(error).removeprefix("--output ")  # which nobody typed
        raise UsageError(f"{told}: name another file with -o FILE") from error
    print(f"{file}: {len(page) / 1e6:.1f} MB", file=sys.stderr)
