"""`nas insight RUN_DIR`: what made the best good, and which of it is luck."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.given_noise import HELP as NOISE_HELP
from nas.given_noise import given_noise

if TYPE_CHECKING:
    from nas.insight import Insight

QUESTIONS = ("chance", "decisions", "ancestors", "rungs", "baselines", "failures")
DESCRIPTION = """What made the best of a run good, and which of it is luck; a table each:

  chance     the best so far against a random search's
  decisions  which decisions explain rewards beyond what cost does
  ancestors  how the best came about, with the gain of each mutation
  rungs      whether short trainings order candidates as long ones do
  baselines  where SpineNet-49 and others stand, if `nas baselines` trained them
  failures   by kind

The run is only read. `nas report` draws the same."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    parser = OneLineParser(prog="nas insight", description=DESCRIPTION)
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument(
        "--only", metavar="TABLE", choices=QUESTIONS, help="one of them: " + ", ".join(QUESTIONS)
    )
    parser.add_argument(
        "--trial", metavar="N", type=int, help="whose ancestors (default: the best one's)"
    )
    parser.add_argument("--noise", metavar="FILE|SD", help=NOISE_HELP)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    known = parser.parse(words)
    from nas.insight import insights

    noise = given_noise(known.noise, [known.run])
    found = insights(known.run, noise, known.trial, known.only)
    if known.format == "json":
        write_output(_json(found), None)
        return 0
    _print(found)
    return 0


def _print(found: "Sequence[Insight]") -> None:
    from nas.tables import plain_table, print_table

    for one in found:
        print(f"{one.name}: {one.says}")
        if len(one.rows):
            print_table(plain_table(one.rows, ""))


def _json(found: "Sequence[Insight]") -> bytes:
    from results import export

    document = {
        one.name: {"says": one.says, "rows": json.loads(export(one.rows, "json"))} for one in found
    }
    return json.dumps(document, indent=1).encode() + b"\n"
