"""`nas reproduce spinenet-49 --scale SCALE`: the paper's search, and a table of its claims."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_output import write_output
from nas.cli_parser import ConfigParser, split_open_options
from nas.cli_search import FAILED
from nas.interruption import stoppable

if TYPE_CHECKING:
    from nas.interruption import Stop
    from nas.reproduction import Reproduction
    from results.claims import Claim

NOTES = """Trains SpineNet-49 once and says what all costs; then the known networks, a search by the
scale's controller and a random one of the same budget, short searches in fixed orders and with
fewer blocks in the permuted part, a race in each; then what they chose with fresh seeds, on the
test split. RUN_DIR holds ordinary runs; search/ and random/ may be brought along. The same command
typed again goes on where it was stopped. The claims are written to RUN_DIR/claims.json, claims.md
and report.html. A scale with [final], as full is, then trains the best fully, in RUN_DIR/final."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from rich.console import Console

    from nas.cluster_address import check_pump
    from nas.reproduce_run import claims_json, reproduce
    from nas.reproduction import NETWORKS, Reproduction
    from nas.reproduction_scale import load_scale
    from results.shell_word import shell_word

    parser = _parser()
    rest, open_options = split_open_options(words)
    known = parser.parse(rest)
    directory = known.run_dir or Path("runs") / f"{known.network}-{Path(known.scale).stem}"
    given = {**parser.overrides(known), **open_options}
    reproduction = Reproduction(directory, load_scale(known.scale), given)
    check_pump(reproduction.config)
    console = Console(file=sys.stderr)

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, highlight=False, markup=False)

    say(f"{known.network} at scale {known.scale}, in {shell_word(directory)}")
    with stoppable("the same command goes on") as stop:
        claims = reproduce(reproduction, console, say, plan_only=known.plan)
        if known.format == "json":
            write_output(claims_json(reproduction, claims).encode(), None)
        else:
            _show(reproduction, claims, known)
        if not (known.plan or _any_measured(claims)):
            networks = shell_word(directory / NETWORKS)
            say(f"nothing could be measured: nas leaderboard {networks} says why")
            return FAILED
        _finish(reproduction, say, None if known.plan else stop)
    return 0


def _parser() -> ConfigParser:
    from nas.reproduction_scale import scale_names

    parser = ConfigParser(
        prog="nas reproduce", description="Repeat the search of a paper.", epilog=NOTES
    )
    parser.add_argument("network", choices=["spinenet-49"], help="what the paper found")
    parser.add_argument(
        "--scale",
        metavar="SCALE|FILE.toml",
        default="smoke",
        help=f"{', '.join(scale_names())}, or a file of one's own (default: smoke)",
    )
    parser.add_argument("--run-dir", metavar="DIR", type=Path, help="default: runs/NETWORK-SCALE")
    parser.add_argument(
        "--plan",
        action="store_true",
        help="count the trainings, train one candidate for their cost, and show what is measured; "
        "without the GPU or the data the counts alone",
    )
    parser.add_argument("--format", choices=["table", "json"], default="table")
    parser.add_config_options(["data", "workers", "pump", "address", "seed"])
    return parser


def _show(reproduction: "Reproduction", claims: "list[Claim]", known: Namespace) -> None:
    from nas.claims_view import claims_tables
    from nas.reproduce_run import PAGE, TABLE
    from nas.tables import print_table

    if _any_measured(claims) or not known.plan:
        for table in claims_tables(claims, reproduction.scale.caveat):
            print_table(table)
    if not known.plan:
        print(f"written: {reproduction.directory / TABLE}, {PAGE} beside it")


def _any_measured(claims: "list[Claim]") -> bool:
    return any(step.difference for claim in claims for step in claim.steps)


def _finish(reproduction: "Reproduction", say: Callable[[str], None], stop: "Stop | None") -> None:
    """The full trainings that a scale has, after all claims; without `stop` they are only said."""
    from nas.reproduction_finals import final_commands, train_finals

    if commands := final_commands(reproduction):
        say("full trainings, one after another; on all GPUs of a machine these make the same:")
        for line in commands:
            say(f"  {line}")
    if stop:
        sys.stdout.flush()  # the claims, weeks before the last training ends
        train_finals(reproduction, say, stop.held)
