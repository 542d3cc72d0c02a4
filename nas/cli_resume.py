"""`nas resume RUN_DIR`: go on with a run."""

from collections.abc import Sequence
from pathlib import Path

from nas.cli_parser import ConfigParser, OneLineParser
from nas.cli_search import drive, resumable


class ResumeParser(OneLineParser):
    """A parser that knows what only a fork of the run may change."""

    def way_out(self, option: str) -> str:
        from nas.changed_config import may_change

        name = option.removeprefix("--")
        field = ConfigParser.SHORT[name][0] if name in ConfigParser.SHORT else name
        if not may_change(field):
            return super().way_out(option)
        return (
            "a search goes on as it began: "
            f"`nas fork RUN_DIR NEW {option} ...` begins another with its trials"
        )


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.compose import make_parts
    from nas.data_progress import data_progress
    from nas.failed_kinds import failed_kinds, reopen_failed
    from nas.run_directory import extended, keep_config, open_run

    parser = ResumeParser(
        prog="nas resume",
        description="Go on with a search. What was reported is kept; what was in flight is redone.",
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument("--trials", metavar="N", type=int, help="a new budget for the whole run")
    parser.add_argument(
        "--retry",
        metavar="failed:KIND,...",
        help="try failed trials again: failed for all, failed:oom,crashed for these kinds",
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="where the Ray cluster is now; '' for none (default: as the search began)",
    )
    known = parser.parse(words)
    kinds = None if known.retry is None else failed_kinds(known.retry)
    store, config = open_run(known.run)
    longer = None
    with resumable(known.run), store:
        if known.trials is not None:
            config = longer = extended(store, config, known.trials)
        if known.address is not None:
            section = config.search.model_copy(update={"address": known.address})
            config = config.model_copy(update={"search": section})
        with data_progress() as progress:
            parts = make_parts(config, progress)
        if longer is not None:
            keep_config(known.run, store, longer)
        if kinds is not None:
            count = reopen_failed(store, kinds)
            print(f"retry: {count} failed trial{'s' * (count != 1)} reopened")
        return drive(config, parts, store, known.run)
