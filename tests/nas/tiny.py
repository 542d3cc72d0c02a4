"""A search that takes milliseconds: a small space, the analytic task."""

from pathlib import Path
from typing import Any

from controllers import Controller, RandomSearch, RegularizedEvolution
from nas.objectives import ap
from nas.study import Study
from proxy_tasks.analytic_task import AnalyticTask
from results import TrialStore
from search_space import SpineNetSpace

SPACE = SpineNetSpace(
    intermediates={2: 1, 3: 1},
    offsets=(0, 1),
    block_fns=("bottleneck",),
    window=2,
    output_levels=(3, 4),
    max_level=4,
)
TASK = AnalyticTask(noise=0.01)


def evolution(seed: int = 0) -> Controller:
    return RegularizedEvolution(SPACE, seed, population_size=4, sample_size=2)


def random_search(seed: int = 0) -> Controller:
    return RandomSearch(SPACE, seed)


def make_study(path: Path, controller: Controller | None = None, **changes: Any) -> Study:
    """A study on the store at `path`, new or resumed. Close its store."""
    store = TrialStore.open(path) if path.exists() else TrialStore.create(path, {})
    settings: dict[str, Any] = {
        "space": SPACE,
        "controller": controller or evolution(),
        "objective": ap,
        "store": store,
        "budget": 12,
        "seed": 0,
        "fidelity": "{}",
        "cost": lambda architecture: {"params": 1, "madds": 2},
    }
    try:
        return Study(**{**settings, **changes})
    except BaseException:
        store.close()
        raise
