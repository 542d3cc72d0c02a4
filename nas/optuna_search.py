"""Optuna's tree-structured Parzen estimator as a controller: what ours are compared with."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

from ray.tune.search.optuna import OptunaSearch

from controllers import InvalidSetting
from nas.searcher_controller import SearcherController
from proxy_tasks.extras import import_extra
from search_space import SearchSpace


class TPE(SearcherController):
    """`optuna.samplers.TPESampler` through Ray Tune's `OptunaSearch`.

    Multivariate, over integers for levels and parents and categoricals for types; failed
    candidates are left out. Needs `pip install 'spinenas[scorecard]'`.

    Args:
        startup_trials: uniform ones before the estimator takes over, Optuna's default.
        candidates: drawn from the better part of the trials for each proposal, Optuna's default.

    Raises:
        InvalidSetting: a number that is not whole, or below 1.
        MissingExtra: Optuna is not installed.
    """

    def __init__(
        self, space: SearchSpace, seed: int, startup_trials: int = 10, candidates: int = 24
    ) -> None:
        settings = {"startup_trials": startup_trials, "candidates": candidates}
        for name, value in settings.items():
            if type(value) is not int or value < 1:
                raise InvalidSetting(f"{name} is {value!r}: give a whole number from 1 on")
        make = partial(_optuna_search, startup_trials, candidates)
        super().__init__(space, seed, make, settings)


class _QuietOptunaSearch(OptunaSearch):
    """Does not tell the terminal that it makes a study."""

    def set_search_properties(self, *arguments: Any, **properties: Any) -> bool:  # noqa: ANN401
        with _quiet(import_extra("optuna", "scorecard")):
            return bool(super().set_search_properties(*arguments, **properties))


def _optuna_search(startup_trials: int, candidates: int, seed: int) -> OptunaSearch:
    optuna = import_extra("optuna", "scorecard")
    with _quiet(optuna):
        sampler = optuna.samplers.TPESampler(
            seed=seed,
            n_startup_trials=startup_trials,
            n_ei_candidates=candidates,
            multivariate=True,
        )
        return _QuietOptunaSearch(sampler=sampler)


@contextmanager
def _quiet(optuna: ModuleType) -> Iterator[None]:
    """Without Optuna's notes, and its warnings that options are experimental, for these calls."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)
