"""A run for the tests of the report, of which every text that somebody chose is hostile."""

import json
from pathlib import Path

from results import FailureKind, Outcome, TrialStore
from tests.results.runs import trial

ATTACK = (
    '</script><script>window.broken = 1</script><img src=x onerror="window.broken = 1">{{DATA}}'
)
FAILED = 7  # every so manieth trial


def reward(number: int) -> float:
    return (number * 37 % 101) / 101


def make_report_run(directory: Path, trials: int = 60) -> Path:
    """An evolution's run, with children, failures and a metric that is named like an attack."""
    config = {
        "controller": {"name": "evolution", "options": {ATTACK: ATTACK}},
        "space": {"preset": ATTACK},
    }
    with TrialStore.create(directory, {"config": json.dumps(config)}) as store:
        for number in range(trials):
            store.propose(trial(number), [number - 1] if number > 9 and number % FAILED > 1 else [])
            if number % FAILED == 0:
                store.finish(number, Outcome.failed(FailureKind.DIVERGED, ATTACK), None)
                continue
            metrics = {"AP": reward(number), "seconds": 12.5, ATTACK: 1.5}
            store.finish(number, Outcome.success(metrics), reward(number))
    return directory
