"""`nas merge RUN_DIR RUN_DIR [...] -o NEW`: the finished trials of several runs as one run."""

from collections.abc import Sequence
from pathlib import Path

from nas.cli_fork import print_way_on
from nas.cli_parser import ConfigParser, split_open_options


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.merge import merge_runs

    parser = ConfigParser(
        prog="nas merge",
        description="Make a new run of the finished trials of others, which stay as they are.\n"
        "The same evaluation (architecture, fidelity and seed) in two runs is kept once. "
        "Nothing is\ntrained: `nas resume NEW --trials N` goes on.",
    )
    parser.add_argument("runs", metavar="RUN_DIR", type=Path, nargs="+")
    parser.add_argument(
        "-o", "--output", metavar="NEW", type=Path, required=True, help="its directory"
    )
    parser.add_config_options(["controller", "trials", "seed", "workers", "pump"])
    rest, open_options = split_open_options(words)
    known = parser.parse(rest)
    given = {**parser.overrides(known), **open_options}
    made = merge_runs(known.runs, known.output, given)
    print(f"run directory: {known.output}")
    twice = f" ({made.found - made.kept} were there twice)" if made.found > made.kept else ""
    print(f"merge: {made.kept} finished trials of {len(known.runs)} runs{twice}")
    print_way_on(known.output, made.candidates, made.budget)
    return 0
