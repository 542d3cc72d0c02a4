"""A run with all that a leaderboard can hold."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from results import FailureKind, Outcome, TrialStore
from tests.results.runs import trial

FIDELITIES = ('{"steps":200,"stop_step":50}', '{"steps":200,"stop_step":100}', '{"steps":200}')
OTHER = "no JSON"


def make_varied_run(directory: Path, trials: int, seed: int) -> Path:
    """Rungs, ties, failures, infeasible and running trials, metrics that come and go."""
    rng = np.random.default_rng(seed)
    rungs: dict[int, int] = {}  # of the trials that may be continued
    with TrialStore.create(directory, {}) as store:
        for number in range(trials):
            one, rung = trial(number, OTHER if rng.random() < 0.1 else FIDELITIES[0]), 0
            if rungs and rng.random() < 0.4:
                before = int(rng.choice(list(rungs)))
                rung = rungs.pop(before) + 1
                one = replace(trial(number, FIDELITIES[rung]), continues=before)
            metrics = {"AP": float(rng.integers(5)) / 4, "madds": 2**62 + number}
            for name in ("seconds", "cpu_seconds", "size", "ärger", "null_loss"):
                if rng.random() < 0.7:
                    metrics[name] = float(rng.normal()) if rng.random() < 0.8 else number
            end = rng.random()
            store.propose(replace(one, metrics={"params": 7} if end < 0.5 else {}))
            if end < 0.1:
                continue
            if end < 0.25:
                message = "loss is nan: step 17, \U0001f600 " * (number % 3)
                store.finish(number, Outcome.failed(FailureKind.DIVERGED, message), None)
                continue
            infeasible = end < 0.35
            store.finish(
                number, Outcome.success(metrics), None if infeasible else metrics["AP"] - 0.5
            )
            if rung < 2 and one.fidelity != OTHER:
                rungs[number] = rung
    return directory
