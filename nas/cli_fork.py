"""`nas fork RUN_DIR NEW`: go on from what a run found with another controller, in a new run."""

from collections.abc import Sequence
from pathlib import Path

from nas.cli_parser import ConfigParser, split_open_options


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.fork import fork_run

    parser = ConfigParser(
        prog="nas fork",
        description="Make a new run that begins with all finished trials of another, which stays "
        "as it is.\nIts controller may be another one, and is told of them in the order in which "
        "they ended.\nNothing is trained: `nas resume NEW` goes on.",
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument("new", metavar="NEW", type=Path, help="its directory")
    parser.add_config_options(["controller", "trials", "seed", "workers", "pump"])
    rest, open_options = split_open_options(words)
    known = parser.parse(rest)
    made = fork_run(known.run, known.new, {**parser.overrides(known), **open_options})
    left = f" ({made.left} unfinished ones left out)" if made.left else ""
    print(f"run directory: {known.new}")
    print(f"fork: {made.taken} finished trials of {known.run}{left}")
    print_way_on(known.new, made.candidates, made.budget)
    return 0


def print_way_on(directory: Path, candidates: int, budget: int) -> None:
    """What to type next, with a larger budget where that is used up."""
    from results.shell_word import shell_word

    more = "" if candidates < budget else f" --trials {2 * max(candidates, 1)}"
    run = shell_word(directory)
    print(f"next:\n  nas leaderboard {run}\n  nas resume {run}{more}")
