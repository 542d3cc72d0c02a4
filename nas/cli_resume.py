"""`nas resume RUN_DIR`: go on with a run."""

from collections.abc import Sequence
from pathlib import Path

from nas.cli_parser import OneLineParser
from nas.cli_search import drive, resumable


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.compose import make_parts
    from nas.data_progress import data_progress
    from nas.run_directory import extend_budget, open_run

    parser = OneLineParser(
        prog="nas resume",
        description="Go on with a search. What was reported is kept; what was in flight is redone.",
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument("--trials", metavar="N", type=int, help="a new budget for the whole run")
    known = parser.parse(words)
    store, config = open_run(known.run)
    with resumable(known.run), store:
        if known.trials is not None:
            config = extend_budget(known.run, store, config, known.trials)
        with data_progress() as progress:
            parts = make_parts(config, progress)
        return drive(config, parts, store, known.run)
