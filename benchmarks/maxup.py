"""What photometry and MaxUp cost a training of SpineNet-49, and what they do to its AP.

    python benchmarks/maxup.py --preset quick --results runs/maxup.jsonl

Trains SpineNet-49 under a preset with three seeds each: as the preset is, with brightness, contrast
and saturation of +-30 %, and with MaxUp of 2 and 4 copies of those; then times steps of each, in
turns, and prints both. About 7 CPU minutes on `quick`. A training is kept in the results file when
it ends, so the script goes on where it was stopped.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np

from nas.compose import make_detection_task
from nas.config import Config
from nas.config_source import load_config
from proxy_tasks.augmentation import Augmentation
from proxy_tasks.batches import batches
from proxy_tasks.training import Training
from search_space import SPINENET_49

COLOUR = ("brightness", "contrast", "saturation")
TURNS, STEPS_A_TURN = 5, 6  # of the timing; the first turn warms up


def variants(preset: str, spread: float) -> dict[str, Config]:
    """A config for each row of the table."""
    colour = {f"augmentation.{name}": str(spread) for name in COLOUR}
    copies = {f"MaxUp, m = {m}": colour | {"augmentation.maxup": str(m)} for m in (2, 4)}
    named = {"preset": {}, "photometry (m = 1)": colour, **copies}
    return {name: load_config(preset, options) for name, options in named.items()}


def protocol(config: Config) -> str:
    """What a training depends on: rows of another protocol are another experiment."""
    text = json.dumps(config.model_dump(mode="json", exclude={"search", "controller"}))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def train(config: Config, seed: int) -> dict[str, float]:
    return make_detection_task(config).evaluate(SPINENET_49, seed)


def run(configs: dict[str, Config], results: Path, seeds: int, workers: int) -> list[dict]:
    lines = results.read_text().splitlines() if results.exists() else []
    protocols = {name: protocol(config) for name, config in configs.items()}
    rows = [row for row in map(json.loads, lines) if protocols.get(row["name"]) == row["protocol"]]
    done = {(row["name"], row["seed"]) for row in rows}
    make_detection_task(configs["preset"])  # data are drawn once, before the workers need them
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn) as pool, results.open("a") as file:
        waiting = {
            pool.submit(train, config, seed): (name, seed)
            for seed in range(seeds)
            for name, config in configs.items()
            if (name, seed) not in done
        }
        for future in as_completed(waiting):
            name, seed = waiting[future]
            row = {"protocol": protocols[name], "name": name, "seed": seed} | future.result()
            rows.append(row)
            file.write(json.dumps(row) + "\n")
            file.flush()
            print(f"{len(rows)}  {name} seed {seed}  AP {row['AP']:.4f}", flush=True)
    return rows


def step_seconds(configs: dict[str, Config]) -> dict[str, float]:
    """CPU seconds of one step: the smallest of a few turns, so that a busy machine counts less."""
    trainings = {}
    for name, config in configs.items():
        task = make_detection_task(config)
        stream = batches(
            task.data.train,
            config.fidelity.batch_size,
            np.random.default_rng(0),
            flip=config.augmentation.flip,
        )
        trainings[name] = Training(
            task.build(SPINENET_49, 0),
            stream,
            TURNS * STEPS_A_TURN,
            config.training,
            Augmentation(config.augmentation, 0),
        )
    best = dict.fromkeys(configs, np.inf)
    for turn in range(TURNS):
        for name, training in trainings.items():
            before = time.process_time()
            training.run(until=(turn + 1) * STEPS_A_TURN)
            spent = (time.process_time() - before) / STEPS_A_TURN
            if turn:
                best[name] = min(best[name], spent)
    return best


def report(rows: list[dict], seconds: dict[str, float]) -> None:
    print("\n| training | AP mean | AP of each seed | CPU s | step, ms | of m = 1 |")
    print("| --- | --- | --- | --- | --- | --- |")
    one = seconds["photometry (m = 1)"]
    for name, step in seconds.items():
        found = sorted((row for row in rows if row["name"] == name), key=lambda row: row["seed"])
        ap = np.array([row["AP"] for row in found])
        cpu = np.median([row["cpu_seconds"] for row in found])
        each = " ".join(f"{value:.3f}" for value in ap)
        print(
            f"| {name} | {ap.mean():.3f} | {each} | {cpu:.1f} | {1000 * step:.0f}"
            f" | {step / one:.2f} |"
        )
    spread = [np.var([r["AP"] for r in rows if r["name"] == name], ddof=1) for name in seconds]
    print(f"\nSD of a seed, pooled: {np.sqrt(np.mean(spread)):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--results", type=Path, default=Path("runs/maxup.jsonl"))
    parser.add_argument("--spread", type=float, default=0.3, help="of each colour change")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    configs = variants(arguments.preset, arguments.spread)
    rows = run(configs, arguments.results, arguments.seeds, arguments.workers)
    report(rows, step_seconds(configs))


if __name__ == "__main__":
    main()
