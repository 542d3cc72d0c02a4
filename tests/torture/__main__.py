"""Breaks searches at random, and counts what they lost: nothing.

    python -m tests.torture --faults 1000 --seed 0
    python -m tests.torture --minutes 60

Faults strike in the seed's order, but at moments that no seed repeats: a driver runs as fast as the
machine lets it. The last line says what came of it; the exit code is 1 if anything was wrong, and
the folders of what went wrong are kept.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from itertools import count, cycle
from pathlib import Path

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # a fork has no other threads than its own


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--faults", type=int, help="end after so many (default: 1000)")
    parser.add_argument("--minutes", type=float, help="end after so long")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--ray", type=int, default=25, metavar="N", help="a search on Ray after every N; 0: none"
    )
    parser.add_argument(
        "--copies", type=int, default=60, metavar="N", help="of files, for 100 faults of commands"
    )
    parser.add_argument("--no-torch", action="store_true", help="without the two policies")
    parser.add_argument("--folder", type=Path, help="for the runs (default: a temporary one)")
    return parser.parse_args()


def main() -> int:
    """Returns the exit code."""
    from tests.torture.family import torture_family
    from tests.torture.life import load
    from tests.torture.ray_faults import torture_on_ray
    from tests.torture.searches import CONTROLLERS, SEARCHES, WITH_TORCH
    from tests.torture.tally import OTHER, Tally

    known = parse()
    faults = known.faults or (1000 if known.minutes is None else sys.maxsize)
    began = time.monotonic()
    ends = began + 60 * (known.minutes if known.minutes is not None else 1e9)
    folder = known.folder or Path(tempfile.mkdtemp(prefix="torture-"))
    controllers = [name for name in CONTROLLERS if not (known.no_torch and name in WITH_TORCH)]
    load(with_torch=not known.no_torch)
    searches = [search for search in SEARCHES if search[0] in controllers]
    tally = Tally()
    for number, (controller, kind) in zip(count(), cycle(searches)):
        if tally.injected >= faults or time.monotonic() > ends:
            break
        rng = random.Random(f"{known.seed} {number}")
        place = folder / f"{number}"
        place.mkdir(parents=True)
        before = len(tally.details)
        try:
            if known.ray and number % known.ray == known.ray - 1:
                torture_on_ray(place, rng, tally)
            else:
                torture_family(controller, kind, place, rng, tally, known.copies, controllers)
        except Exception:
            tally.wrong("the suite itself", OTHER, traceback.format_exc())
        if len(tally.details) == before:
            shutil.rmtree(place)
        for detail in tally.details[before:]:
            print(f"seed {known.seed}, search {number}: {detail}", flush=True)
    print(tally.table())
    print(f"{tally.live_line()}; {time.monotonic() - began:.0f} s")
    print(tally.summary())
    if not tally.details:
        shutil.rmtree(folder)
    return bool(tally.details)


if __name__ == "__main__":
    sys.exit(main())
