"""`nas replay RUN_DIR`: derive every proposal of a run again, and name the first difference."""

from collections.abc import Sequence
from pathlib import Path

from nas.cli_parser import OneLineParser

# One and many, in the order of the line; the first two are always told.
NAMES = {
    "propose": ("proposal", "proposals"),
    "observe": ("observation", "observations"),
    "promote": ("promotion", "promotions"),
    "duplicate": ("duplicate", "duplicates"),
    "lost": ("lost attempt", "lost attempts"),
    "retry": ("retry", "retries"),
    "import": ("import", "imports"),
}


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.run_replay import replay_run

    parser = OneLineParser(
        prog="nas replay",
        description="Derive every proposal of a run again, from its config, its seed and the "
        "recorded order of\nresults. The run is only read. The first difference is named, with "
        "exit code 2.",
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    counts = replay_run(parser.parse(words).run)
    told = [
        f"{counts[kind]} {one if counts[kind] == 1 else many}"
        for kind, (one, many) in NAMES.items()
        if counts[kind] or kind in ("propose", "observe")
    ]
    print(f"{counts.total()} events replayed: {', '.join(told)}; 0 differences")
    return 0
