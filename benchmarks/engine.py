"""How many candidates a second the loop, the store and the pumps turn, and what a driver costs.

    python benchmarks/engine.py [--trials 100000] [--workers 2] [--simulated 100]
                                [--tune-seconds 300] [--parts ray,simulated,tune] [--folder DIR]

The candidates cost nothing: what is left is the engine. Each part runs in a process of its own:

- `ray`: `nas search` without its screen: random search, a commit an event, Ray workers;
- `simulated`: the same study and store, with so many workers imitated in the driver's process,
  which answer in random order;
- `tune`: Ray Tune's `Tuner` with the same controller as its search algorithm, a class trainable,
  reused actors and no loggers, until it has as many trials or its time is up.

The store waits for the disk twice a trial, so its folder's disk matters: `fsync ms` says how long
one wait is there (of 8 KiB; 0 in memory, as in /dev/shm). A rate is of wall time; CPU time is the
driver's own, with all of its threads. First and last are a tenth of the trials each.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from contextlib import closing
from pathlib import Path
from typing import Any

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
PARTS = ("ray", "simulated", "tune")
CONFIG = {"controller.name": "random", "task.name": "analytic"}


class Clock:
    """Wall and CPU seconds of this process at each result."""

    def __init__(self) -> None:
        self.wall, self.cpu = array("d"), array("d")
        self.tick()

    def tick(self) -> None:
        self.wall.append(time.perf_counter())
        self.cpu.append(time.process_time())

    def report(self) -> dict[str, float]:
        """Of the first tenth, of the last, and of all."""
        trials = len(self.wall) - 1
        tenth = max(1, trials // 10)
        figures: dict[str, float] = {"trials": trials}
        spans = {"first": (0, tenth), "last": (trials - tenth, trials), "all": (0, trials)}
        for name, (begin, end) in spans.items():
            seconds = self.wall[end] - self.wall[begin]
            figures[f"{name}: trials a second"] = (end - begin) / seconds
            cpu = self.cpu[end] - self.cpu[begin]
            figures[f"{name}: driver CPU ms a trial"] = 1000 * cpu / (end - begin)
        # Linux counts it in KiB.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures["driver peak RSS MB"] = peak * 1024 / 1e6
        return figures


def run_ray(folder: Path, trials: int, workers: int) -> dict[str, float]:
    """Our own search on Ray workers."""
    from nas.search import search

    config, parts, store = _search_parts(folder, trials, workers)
    clock, started = Clock(), False
    with closing(store), search(config, parts, store) as (_, finished):
        for _ in finished:
            if not started:
                clock, started = Clock(), True  # the first result came: Ray is up
                continue
            clock.tick()
    return {**clock.report(), "store bytes a trial": store.path.stat().st_size / trials}


def run_simulated(folder: Path, trials: int, workers: int) -> dict[str, float]:
    """The study with as many trials out as there are workers, told in random order."""
    from nas.compose import make_task
    from nas.evaluation import assignment, evaluate_trial
    from nas.halving import make_rungs
    from nas.study import Study
    from results import Trial

    config, parts, store = _search_parts(folder, trials, workers)
    task, rng, out = make_task(config), random.Random(0), list[Trial]()
    study = Study(
        space=parts.space,
        controller=parts.controller,
        objective=parts.objective,
        store=store,
        budget=trials,
        seed=0,
        fidelity=make_rungs(config),
        cost=parts.cost,
    )
    clock = Clock()
    with closing(store):
        while True:
            while len(out) < workers and (trial := study.ask()) is not None:
                out.append(trial)
            if not out:
                break
            place = rng.randrange(len(out))
            trial, out[place] = out[place], out[-1]
            out.pop()
            study.tell(trial.number, evaluate_trial(task, assignment(trial)))
            clock.tick()
    return {**clock.report(), "store bytes a trial": store.path.stat().st_size / trials}


def run_tune(folder: Path, trials: int, workers: int, seconds: float) -> dict[str, float]:
    """Ray Tune with our controller as its search algorithm."""
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    from ray import tune

    from nas.ray_searcher import ControllerSearcher
    from proxy_tasks.analytic_task import AnalyticTask
    from search_space import from_json

    _, parts, store = _search_parts(folder, trials, workers)
    store.close()
    clock = Clock()

    class Ticking(ControllerSearcher):
        def on_trial_complete(
            self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
        ) -> None:
            super().on_trial_complete(trial_id, result, error)
            clock.tick()

    class NoTraining(tune.Trainable):
        def setup(self, config: dict[str, Any]) -> None:
            self.architecture = from_json(config["architecture"])

        def reset_config(self, new_config: dict[str, Any]) -> bool:
            self.setup(new_config)
            return True

        def step(self) -> dict[str, Any]:
            return {**AnalyticTask().evaluate(self.architecture, 0), "done": True}

    ray.init(address="local", num_cpus=workers, include_dashboard=False, log_to_driver=False)
    tuner = tune.Tuner(
        NoTraining,
        tune_config=tune.TuneConfig(
            search_alg=Ticking(parts.controller, parts.space),
            num_samples=trials,
            max_concurrent_trials=workers,
            reuse_actors=True,
            time_budget_s=seconds,
        ),
        run_config=tune.RunConfig(
            name="engine",
            storage_path=str(folder),
            verbose=0,
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),
        ),
    )
    tuner.fit()
    ray.shutdown()
    state = sum(file.stat().st_size for file in (folder / "engine").rglob("*") if file.is_file())
    # From the second result on: Ray and its actors are up.
    del clock.wall[0], clock.cpu[0]
    return {**clock.report(), "store bytes a trial": state / (len(clock.wall) or 1)}


def _search_parts(folder: Path, trials: int, workers: int) -> Any:  # noqa: ANN401
    """A config, its parts, and a new store."""
    from nas.compose import make_parts
    from nas.config_source import load_config
    from nas.run_directory import create_run

    given = {**CONFIG, "search.trials": str(trials), "search.workers": str(workers)}
    config = load_config("smoke", given)
    return config, make_parts(config), create_run(folder / "run", config)


def measure(part: str, known: argparse.Namespace) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="engine-", dir=known.folder) as name:
        folder = Path(name)
        disk = {"fsync ms": fsync_ms(folder)}
        if part == "tune":
            return disk | run_tune(folder, known.trials, known.workers, known.tune_seconds)
        if part == "simulated":
            return disk | run_simulated(folder, known.trials, known.simulated)
        return disk | run_ray(folder, known.trials, known.workers)


def fsync_ms(folder: Path, times: int = 100) -> float:
    """Median wait for the disk after a write of two pages."""
    waits = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(times):
            file.write(bytes(8192))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            waits.append(1000 * (time.perf_counter() - began))
    return sorted(waits)[times // 2]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--simulated", type=int, default=100, help="workers that are imitated")
    parser.add_argument("--tune-seconds", type=float, default=300.0)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--folder", help="for the stores (default: the temporary one)")
    parser.add_argument("--only", choices=PARTS, help=argparse.SUPPRESS)  # in a child
    known = parser.parse_args()
    if known.only:
        print(json.dumps(measure(known.only, known)))
        return
    for part in known.parts.split(","):
        began = time.perf_counter()
        command = [sys.executable, __file__, *sys.argv[1:], "--only", part]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{part} ended with {done.returncode}")
        print(f"{part}  ({time.perf_counter() - began:.0f} s with the start)")
        for name, figure in json.loads(done.stdout.splitlines()[-1]).items():
            print(f"  {name:28} {figure:10,.2f}")


if __name__ == "__main__":
    main()
