"""`python -m tests.fuzz --cases 10000 --seed 0`: the long form; a line for each kind of input."""

import argparse
import faulthandler
import resource
import sys
import tempfile
from pathlib import Path

from tests.fuzz.engine import LIMIT, run_kind
from tests.fuzz.kinds import KINDS, shares

MOST_MEMORY = 6 << 30  # bytes: input that asks for more is to be refused, not tried


def main() -> int:
    """Returns 1 where there was a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="of all kinds together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=list(KINDS), help="one kind of input")
    parser.add_argument("--case", type=int, help="with --only: one case, as a fault names it")
    known = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    faults: list[str] = []
    total = 0
    for kind, cases in shares(known.cases, known.only).items():
        first = 0 if known.case is None else known.case
        numbers = range(first, first + (cases if known.case is None else 1))
        # Native code heeds no alarm: who hangs there ends everything, and says where.
        faulthandler.dump_traceback_later(LIMIT * 3 + cases, exit=True)
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            tally = run_kind(kind, KINDS[kind].make, numbers, known.seed, Path(folder))
        faulthandler.cancel_dump_traceback_later()
        sys.stdout.write(f"{tally}\n")
        sys.stdout.flush()
        faults += tally.faults
        total += tally.cases
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    sys.stdout.write(f"cases {total}, faults {len(faults)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
