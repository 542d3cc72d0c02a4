"""Where SpineNet-49 stands on a preset among random architectures, and what its edges are worth.

    python benchmarks/spinenet49_on_quick.py --preset quick --results runs/spinenet49_on_quick.jsonl

Trains SpineNet-49, R0-SP53 and SpineNet-49 cut to its sequential edges with three seeds each, and
16 uniformly drawn architectures with one; then prints a table. About 7 minutes on two cores.
A training is kept in the results file when it ends, so the script goes on where it was stopped.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np

from nas.compose import make_task
from nas.config import Config
from nas.config_source import load_config
from nas.space_source import make_space
from search_space import R0_SP53, SPINENET_49, Architecture
from search_space.ablation import sequential_only

RANDOM_SEED = 49  # of the 16 architectures; none of them was looked at while tuning


def entries(config: Config, randoms: int, seeds: int) -> Iterator[tuple[str, Architecture, int]]:
    """Name, architecture and seed of every training."""
    named = {
        "spinenet-49": SPINENET_49,
        "spinenet-49 sequential": sequential_only(SPINENET_49),
        "r0-sp53": R0_SP53,
    }
    for name, architecture in named.items():
        for seed in range(seeds):
            yield name, architecture, seed
    space, rng = make_space(config), np.random.default_rng(RANDOM_SEED)
    for number in range(randoms):
        yield f"random {number:02d}", space.decode(space.sample(rng)), 0


def train(config: Config, architecture: Architecture, seed: int) -> dict[str, float]:
    return make_task(config).evaluate(architecture, seed)


def protocol(config: Config) -> str:
    """What a training depends on: rows of another protocol are another experiment."""
    text = json.dumps(config.model_dump(mode="json", exclude={"search", "controller"}))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def run(config: Config, results: Path, randoms: int, seeds: int) -> list[dict]:
    lines = results.read_text().splitlines() if results.exists() else []
    rows = [row for row in map(json.loads, lines) if row.get("protocol") == protocol(config)]
    done = {(row["name"], row["seed"]) for row in rows}
    make_task(config)  # the data are drawn once, before the workers need them
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(config.search.workers, spawn) as pool, results.open("a") as file:
        waiting = {
            pool.submit(train, config, architecture, seed): (name, seed)
            for name, architecture, seed in entries(config, randoms, seeds)
            if (name, seed) not in done
        }
        for future in as_completed(waiting):
            name, seed = waiting[future]
            row = {"protocol": protocol(config), "name": name, "seed": seed}
            row |= future.result()
            rows.append(row)
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"{len(rows)}  {name} seed {seed}  AP {row['AP']:.4f}", flush=True)
    return rows


def report(rows: list[dict]) -> None:
    def column(name: str, field: str = "AP") -> np.ndarray:
        return np.array([row[field] for row in rows if row["name"] == name])

    random_ap = np.array([row["AP"] for row in rows if row["name"].startswith("random")])
    print("\n| network | seeds | AP mean | AP of each seed | better than, of random |")
    print("| --- | --- | --- | --- | --- |")
    for name in ("spinenet-49", "r0-sp53", "spinenet-49 sequential"):
        ap = column(name)
        each = " ".join(f"{value:.3f}" for value in ap)
        beaten = int((random_ap < ap.mean()).sum())
        print(f"| {name} | {len(ap)} | {ap.mean():.3f} | {each} | {beaten} of {len(random_ap)} |")
    print(
        f"| {len(random_ap)} random | 1 each | {random_ap.mean():.3f} | "
        f"{' '.join(f'{v:.3f}' for v in sorted(random_ap)[::-1])} | |"
    )
    groups = [column(name) for name in ("spinenet-49", "r0-sp53", "spinenet-49 sequential")]
    sd = float(np.sqrt(np.mean([group.var(ddof=1) for group in groups])))
    fall = column("spinenet-49").mean() - column("spinenet-49 sequential").mean()
    cpu = np.array([row["cpu_seconds"] for row in rows])
    print(f"\nSD of a seed {sd:.4f} (pooled); sequential falls by {fall:.3f} = {fall / sd:.1f} SD")
    print(f"SD of a seed of spinenet-49 alone {groups[0].std(ddof=1):.4f}")
    print(f"SD between random architectures {random_ap.std(ddof=1):.4f}")
    print(f"CPU seconds a training: median {np.median(cpu):.1f}, largest {cpu.max():.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--results", type=Path, default=Path("runs/spinenet49_on_quick.jsonl"))
    parser.add_argument("--random", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    config = load_config(arguments.preset, {})
    report(run(config, arguments.results, arguments.random, arguments.seeds))


if __name__ == "__main__":
    main()
