"""`nas leaderboard RUN_DIR`: the trials of a run, best first, or its front of reward and cost."""

from collections.abc import Sequence
from pathlib import Path

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from results import export, leaderboard
from results.front import front

TOP = 20  # rows of a table unless asked otherwise; the other formats give all


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    parser = OneLineParser(prog="nas leaderboard", description="The trials of a run, best first.")
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument("--top", metavar="K", type=int, help="only the first K")
    parser.add_argument(
        "--front",
        metavar="METRIC",
        help="only the trials that no other one beats in reward and in this metric (madds, params, "
        "latency_ms, ...; smaller is better), by ascending metric",
    )
    parser.add_argument("--format", choices=["table", "csv", "json", "parquet"], default="table")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    known = parser.parse(words)
    if known.top is not None and known.top < 1:
        raise UsageError(f"--top {known.top}: give a number of at least 1")
    frame = leaderboard(known.run)
    trials = len(frame)
    if known.front is not None:
        frame = front(frame, known.front)
    if known.format != "table":
        rows = frame if known.top is None else frame.head(known.top)
        write_output(export(rows, known.format), known.output)
        return 0
    from nas.tables import front_table, leaderboard_table, print_table, table_text

    if known.front is None:
        table = leaderboard_table(frame, known.top or TOP)
    else:
        table = front_table(frame, known.front, known.top or TOP, trials)
    if known.output is None:
        print_table(table)
    else:
        write_output(table_text(table).encode(), known.output)
    return 0
