"""`nas leaderboard RUN_DIR...`: the trials of runs, best first, or as they are asked for."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from nas.given_noise import HELP as NOISE_HELP
from nas.given_noise import given_noise
from nas.leaderboard_rows import RowChoice, with_columns
from results import TrialStatus, TrialStore, export, leaderboard
from results.reward_source import source_lines

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    Board = tuple[pd.DataFrame, Callable[[pd.DataFrame], Table]]  # rows, and how to show some

TOP = 20  # rows of a table unless asked otherwise; the other formats give all
DESCRIPTION = """The trials of a run, best first; of several runs in one table.

  nas leaderboard runs/a runs/b --where "madds < 2e9 and status == 'completed'"
  nas leaderboard runs/a --by latency_ms --ascending --columns trial,AP,latency_ms
  nas leaderboard runs/a --where "'nan' in failure" --format csv --output failed.csv
  nas leaderboard runs/a --belief --where "p_best > 0.01"

The best of many looks better than it is, as it was lucky, too. With --belief the rows are networks,
all seeds and what `nas rerank` trained together, with their posterior mean, its 90 % interval, and
the probabilities of being the best and one of the ten best."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    known = _parser().parse(words)
    is_table = known.format == "table"
    top = TOP if is_table and known.top is None else known.top
    choice = RowChoice(known.where, known.front, known.by, known.ascending, top)
    if known.noise is not None and not known.belief:
        raise UsageError("--noise: give --belief, too")
    frame, table = _beliefs(known, choice) if known.belief else _trials(known, choice)
    rows = choice.rows(frame)
    if not is_table:
        rows = with_columns(rows, known.columns or list(rows.columns))
        write_output(export(rows[: choice.top], known.format), known.output)
        return 0
    from nas.tables import print_table, table_text

    found = table(rows)
    if known.output is None:
        print_table(found)
    else:
        write_output(table_text(found).encode(), known.output)
    return 0


def _trials(known: argparse.Namespace, choice: RowChoice) -> "Board":
    from nas.tables import noted

    with ExitStack() as opened:
        stores = [
            opened.enter_context(TrialStore.open_read_only(run, part=True)) for run in known.runs
        ]
        runs = stores[0] if len(stores) == 1 else stores
        frame = leaderboard(runs, choice.top if choice.is_first_rows else None)
        statuses = {one.value: sum(store.count(one) for store in stores) for one in TrialStatus}
        notes = source_lines(stores)
    return frame, lambda rows: noted(_table(rows, choice, known.columns, statuses), notes)


def _beliefs(known: argparse.Namespace, choice: RowChoice) -> "Board":
    """One row a network; a line on standard error where nothing can be believed."""
    from nas.belief_table import belief_table, unmeasured_line
    from nas.tables import noted, plain_table
    from results import beliefs

    if choice.front is not None:
        raise UsageError("--front is of trials: leave out --belief, or take --by and --where")
    frame = beliefs(known.runs, given_noise(known.noise, known.runs))
    if (line := unmeasured_line(frame, known.runs[0])) is not None:
        print(line, file=sys.stderr)

    notes = source_lines(known.runs)

    def table(rows: "pd.DataFrame") -> "Table":
        shown = rows.head(choice.top or TOP)
        matched = "" if choice.where is None else f"{len(rows)} that were asked for, of "
        caption = f"{len(shown)} of {matched}{len(frame)} networks"
        if known.columns:
            found = plain_table(with_columns(shown, known.columns), caption)
        else:
            found = belief_table(shown, caption, ["madds", *([choice.by] if choice.by else [])])
        return noted(found, notes)

    return frame, table


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="nas leaderboard", description=DESCRIPTION)
    parser.add_argument("runs", metavar="RUN_DIR", type=Path, nargs="+")
    parser.add_argument("--top", metavar="K", type=int, help="only the first K")
    parser.add_argument(
        "--where",
        metavar="CONDITION",
        help="only trials for which it holds: columns compared with numbers, quoted texts or each "
        "other, joined by and, or, not; a missing value holds nowhere",
    )
    parser.add_argument(
        "--front",
        metavar="METRIC",
        help="of these only the trials that no other one beats in reward and in this metric "
        "(madds, params, latency_ms, ...; smaller is better), by ascending metric",
    )
    parser.add_argument(
        "--belief", action="store_true", help="what to believe of each network, not what was seen"
    )
    parser.add_argument("--noise", metavar="FILE|SD", help=f"with --belief: {NOISE_HELP}")
    parser.add_argument(
        "--by", metavar="COLUMN", help="the largest of this column first, missing values last"
    )
    parser.add_argument("--ascending", action="store_true", help="with --by: the smallest first")
    parser.add_argument(
        "--columns", metavar="A,B", type=_names, help="these columns only, in this order"
    )
    parser.add_argument("--format", choices=["table", "csv", "json", "parquet"], default="table")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    return parser


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(
            f"{text!r} has an empty name: give names, such as trial,AP"
        )
    return names


def _table(
    rows: "pd.DataFrame",
    choice: RowChoice,
    columns: Sequence[str] | None,
    statuses: Mapping[str, int],
) -> "Table":
    from nas.tables import front_table, leaderboard_table, plain_table

    top, trials = choice.top or TOP, sum(statuses.values())
    if columns:
        caption = f"{min(top, len(rows))} of {len(rows)} rows of {trials} trials"
        return plain_table(with_columns(rows, columns).head(top), caption)
    more = [choice.by] if choice.by else []
    if choice.front is not None:
        return front_table(rows, choice.front, top, trials, more)
    matched = None if choice.where is None else len(rows)
    return leaderboard_table(rows, top, statuses, matched, more)
