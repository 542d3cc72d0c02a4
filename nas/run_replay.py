"""Prove that a run's journal determines its search: derive every decision of it again."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from nas.compose import make_controller, make_cost
from nas.config import Config
from nas.errors import blaming
from nas.halving import make_rungs
from nas.promotion_check import PromotionCheck
from nas.replay import replay
from nas.run_directory import refuse_planned
from nas.space_source import limited, make_space
from nas.stored_config import stored_config
from nas.study import Metrics
from results import TrialStore
from search_space import Architecture, SearchSpace


def replay_run(directory: Path) -> Counter[str]:
    """How many events of each kind a run has, all of which were derived again.

    A fresh controller is made of the run's config and seed, told the results in their recorded
    order, and asked for each proposal; with rungs, each promotion is derived too. The run is read,
    not written. Raises ReplayMismatch at the first event that differs, UsageError for a run of
    `nas doctor`, NotARun and its kin.
    """
    with TrialStore.open_read_only(directory) as store:
        refuse_planned(store, directory)
        config = stored_config(store, directory)
        space, rungs = searched_space(config), make_rungs(config)
        check = PromotionCheck(store.path, rungs) if len(rungs.fidelities) > 1 else None
        controller = make_controller(config, space)
        with blaming(f"controller {type(controller).__name__}"):
            return replay(store, space, controller, check)


def searched_space(config: Config) -> SearchSpace:
    """The members that a search proposes. Reads data only where costs are limited."""
    cost: Callable[[], Callable[[Architecture], Metrics]] = cache(lambda: make_cost(config))
    return limited(make_space(config), lambda architecture: cost()(architecture), config)
