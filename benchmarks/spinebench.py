"""Spinebench: real trainings of scale-permuted backbones as one file.

    python benchmarks/spinebench.py gather RUN... --output DIR   # hours; typed again it goes on
    python benchmarks/spinebench.py pack DIR                     # minutes; writes the package's
    python benchmarks/spinebench.py card [FILE]                  # figures of docs/spinebench.md
    python benchmarks/spinebench.py speed [FILE]                 # of 10,000 queries

`gather` takes searches of one protocol that have ended. It trains again, in the run DIR: networks
of all qualities with more seeds and at `default`, and published ones. `pack` takes several
directories too, and searches alone.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nas.cli import is_message_for_user
from nas.errors import error_line
from nas.interruption import stoppable
from nas.spinebench_pack import pack_spinebench, spinebench_rows
from nas.spinebench_plan import ALSO, GatherSize
from nas.spinebench_run import spinebench_run
from proxy_tasks.spinebench import spinebench
from proxy_tasks.spinebench_card import card
from proxy_tasks.spinebench_file import packed_file, read_spinebench
from proxy_tasks.spinebench_promise import what_is_missing
from search_space import Architecture
from search_space.block_specs import from_json

QUERIES, LIMIT = 10_000, 5.0


def gather(words: argparse.Namespace) -> None:
    size = GatherSize(words.repeated, words.seeds, words.long, tuple(words.also))
    changes = {"pump": words.pump, "workers": words.workers}
    with (
        stoppable("the same command goes on"),
        spinebench_run(words.runs, words.output, size, changes) as (study, trials),
    ):
        store = study.store
        done = store.candidates(ended=True)
        print(f"{words.output}: {done} of {study.total} trainings are there", flush=True)
        for trial in trials:
            said = "failed" if trial.reward is None else f"{trial.reward:.4f}"
            print(f"{trial.number + 1}/{study.total} {trial.key[:8]} {said}", flush=True)
    print(f"all are there: python benchmarks/spinebench.py pack {words.output}")


def pack(words: argparse.Namespace) -> None:
    rows, about = spinebench_rows(words.directories)
    bench = pack_spinebench(rows, about, words.output)
    print(f"{words.output}: {words.output.stat().st_size / 1024:.0f} KiB")
    for line in what_is_missing(bench):
        print(f"preliminary: {line}")
    print("\n".join(card(bench)))


def speed(words: argparse.Namespace) -> None:
    """Of different networks, one by one, keys and features included; in this process and thread.

    So on an idle core it takes as long as it takes of CPU.
    """
    bench = read_spinebench(words.file)
    rng = np.random.default_rng(0)
    file = "" if words.file is None else str(words.file)
    for by in ("table", "surrogate"):
        cpu = time.process_time()
        task = spinebench(by, file)
        made = time.process_time() - cpu
        bodies = _drawn(bench.columns["blocks"], rng) if by == "table" else _members(rng)
        begin, cpu = time.perf_counter(), time.process_time()
        for seed, body in enumerate(bodies):
            task.evaluate(body, seed)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        verdict = "within" if made + cpu <= LIMIT else "BEYOND"
        print(
            f"{by}: made in {made:.2f} s, {QUERIES} queries in {cpu:.2f} s of CPU, {verdict} "
            f"{LIMIT:g} s together ({wall:.2f} s by the clock)"
        )


def _drawn(blocks: Sequence[str], rng: np.random.Generator) -> list[Architecture]:
    return [from_json(blocks[i]) for i in rng.integers(len(blocks), size=QUERIES)]


def _members(rng: np.random.Generator) -> list[Architecture]:
    from search_space import SPACES

    space = SPACES["spinenet-49"]
    return [space.decode(space.sample(rng)) for _ in range(QUERIES)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    size = GatherSize()
    one = commands.add_parser("gather", help="train what the searches lack")
    one.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="of `nas search`")
    one.add_argument("--output", metavar="DIR", type=Path, required=True)
    one.add_argument("--repeated", type=int, default=size.repeated, help="networks with more seeds")
    one.add_argument("--seeds", type=int, default=size.seeds, help="of each")
    one.add_argument("--long", type=int, default=size.long, help="of these, once at `default`")
    one.add_argument("--also", metavar="NAME", nargs="*", default=ALSO, help="networks, too")
    one.add_argument("--pump", choices=["local", "ray"], default="local")
    one.add_argument("--workers", type=int, default=2, help="of Ray")
    one.set_defaults(do=gather)
    two = commands.add_parser("pack", help="write the file, and print its card")
    two.add_argument("directories", metavar="DIR", type=Path, nargs="+", help="of gather; or RUNs")
    two.add_argument("--output", metavar="FILE", type=Path, default=packed_file())
    two.set_defaults(do=pack)
    for name, do in (
        ("card", lambda words: print("\n".join(card(read_spinebench(words.file))))),
        ("speed", speed),
    ):
        last = commands.add_parser(name)
        last.add_argument(
            "file", metavar="FILE", type=Path, nargs="?", help="default: the package's"
        )
        last.set_defaults(do=do)
    return parser


def main() -> int:
    words = _parser().parse_args()
    try:
        words.do(words)
    except Exception as error:
        if not is_message_for_user(error):
            raise
        print(f"spinebench: {error_line(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
