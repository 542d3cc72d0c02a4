"""What a leaderboard of very many trials costs: CPU seconds and peak memory.

    python benchmarks/leaderboards.py [--trials 1000000] [--folder DIR] [--report]

Makes a run of so many trials in one transaction (4.6 KB each), as a search with rungs would
have left it: three quarters are first trainings of a quarter, the others go on with one of them, 2
in 100 failed. Then, each in a process of its own:

- `open`: to open the run as all readers do, with a check of every page;
- `top 20`: to open it for a part, and its best 20 trials, without pandas;
- `whole table`: `results.leaderboard` of all of it;
- `nas leaderboard --top 20` and, for comparison, `import pandas`;
- with `--report` also `nas report`, and how large its page is.

In /dev/shm (the default) the file is memory, so no figure has a disk's waiting in it.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from results.event import INSERT_EVENT
from results.row_checksum import sealed
from results.store_file import make
from results.trial import Trial
from results.trial_rows import INSERT_TRIAL, SUMMARY_TYPES, to_row
from search_space import SPACES

ROOT = Path(__file__).parents[1]
TEMPLATES = 500  # members whose architectures are shared
FIDELITY = {
    **{"batch_size": 16, "block_repeats": 1, "endpoint_filters": 64, "filter_scale": 0.125},
    **{"head_convs": 1, "head_filters": 64, "head_predictor_kernel": 1, "head_shared_tower": True},
    **{"image_size": 64, "resample_alpha": 0.5, "reward_images": None, "stem_filters": 64},
    **{"stem_stride": 4, "steps": 400, "train_images": None},
}
WHOLE = json.dumps(FIDELITY, separators=(",", ":"))
QUARTER = json.dumps({**FIDELITY, "stop_step": 100}, separators=(",", ":"))

# The last line that each prints is its CPU seconds; the first two need an opened path only.
OPEN = "from results import TrialStore; store = TrialStore.open_read_only(run)"
STORE = "from results import TrialStore; store = TrialStore.open_read_only(run, part=True)"
TOP = f"{STORE}; assert len(store.top(20)) == 20"
TABLE = "from results import leaderboard; assert len(leaderboard(run)) > 20"
PARTS = {"open": OPEN, "top 20": TOP, "whole table": TABLE, "import pandas": "import pandas"}
NAS = "import sys; from nas.cli import main; sys.exit(main(sys.argv[1:]))"
MEASURED = """
import sys, time, resource
from pathlib import Path
import results
run = Path(sys.argv[1])
began = time.process_time()
{statement}
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def trial_rows(trials: int, rng: random.Random) -> Iterator[tuple[object, ...]]:
    """Rows of `INSERT_TRIAL`, with checksums."""
    space = SPACES["spinenet-49"]
    generator = np.random.default_rng(0)
    members = [space.sample(generator) for _ in range(TEMPLATES)]
    first = Trial(
        number=0,
        genotype=members[0],
        architecture=space.decode(members[0]),
        fidelity=WHOLE,
        seed=0,
        started=0.0,
        metrics={},
    )
    templates = []
    for genotype in members:
        one = replace(first, genotype=genotype, architecture=space.decode(genotype))
        templates.append(to_row(one)[len(SUMMARY_TYPES) + 1 : -1])
    for number in range(trials):
        promoted = number % 4 == 3
        reward = rng.betavariate(4, 4)
        failed = rng.random() < 0.02
        metrics: dict[str, float] = {"params": rng.randrange(10**6), "madds": rng.randrange(10**8)}
        if not failed:
            names = ("AP50", "AP75", "AR", "class_loss", "box_loss", "seconds", "cpu_seconds")
            metrics |= {"AP": reward, **{name: rng.random() for name in names}}
        summary = sealed(
            number,
            "failed" if failed else "completed",
            None if failed else reward,
            1.7e9 + number + 9.5,
            "diverged" if failed else None,
            "the loss is nan at step 17" if failed else None,
            json.dumps(metrics),
            rng.randrange(2**32),
            1.7e9 + number,
            f"{rng.getrandbits(128):032x}",
            WHOLE if promoted else QUARTER,
            rng.randrange(number) if promoted else None,
        )
        yield *summary, *sealed(number, *templates[number % TEMPLATES])[1:]


def event_rows(trials: int, rng: random.Random) -> Iterator[tuple[object, ...]]:
    """Rows of `INSERT_EVENT`: each trial's proposal, with a parent, and its result."""
    for number in range(trials):
        kind = "promote" if number % 4 == 3 else "propose"
        parents = None if kind == "promote" or not number else f"[{rng.randrange(number)}]"
        yield sealed(2 * number + 1, kind, number, parents)
        yield sealed(2 * number + 2, "observe", number, None)


def make_run(file: Path, trials: int) -> None:
    rng = random.Random(0)
    config = {"controller": {"name": "evolution"}, "space": {"preset": "spinenet-49"}}
    make(file, {"config": json.dumps(config)})
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executemany(INSERT_TRIAL, trial_rows(trials, rng))
        connection.executemany(INSERT_EVENT, event_rows(trials, rng))


def measured(words: list[str]) -> tuple[float, float]:
    """CPU seconds and peak RSS in MB of a process."""
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{words} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6


def measured_part(statement: str, file: Path) -> tuple[float, float]:
    """The same of a statement alone, and the peak of its process."""
    words = [sys.executable, "-c", MEASURED.format(statement=statement), str(file)]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak) * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--report", action="store_true", help="measure `nas report`, too")
    parser.add_argument("--folder", default="/dev/shm", help="for the run")
    known = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leaderboards-", dir=known.folder) as folder:
        file = Path(folder) / "run.sqlite"
        make_run(file, known.trials)
        print(f"{known.trials:,} trials, {file.stat().st_size / 1e6:,.0f} MB")
        print(f"{'':28}{'CPU s':>10}{'peak RSS MB':>14}")
        rows = {name: measured_part(statement, file) for name, statement in PARTS.items()}
        words = [sys.executable, "-c", NAS, "leaderboard", str(file), "--top", "20"]
        rows["nas leaderboard --top 20"] = measured(words)
        if known.report:
            page = Path(folder) / "report.html"
            words = [sys.executable, "-c", NAS, "report", str(file), "-o", str(page)]
            cost = measured(words)
            rows[f"nas report, {page.stat().st_size / 1e6:.1f} MB"] = cost
        for name, (seconds, peak) in rows.items():
            print(f"{name:28}{seconds:10.2f}{peak:14.0f}")


if __name__ == "__main__":
    main()
