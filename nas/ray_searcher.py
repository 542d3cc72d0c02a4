"""Our controllers in a user's own Ray Tune `Tuner`."""

import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ray.tune.search import Searcher

from controllers import Controller, InvalidState
from controllers.finite_number import finite_number
from controllers.observation import check_observation
from nas.errors import UsageError
from search_space import Genotype, SearchSpace, to_json

# So many known architectures in a row mean that the controller has nothing new to say.
MOST_DUPLICATES: Final = 1000

Metrics = Mapping[str, float]
Known = tuple[float | None, dict[str, float]]  # reward and metrics of a finished trial


class ControllerSearcher(Searcher):
    """A controller as the search algorithm of `ray.tune.Tuner`.

        searcher = ControllerSearcher(PPO(space, seed=0), space, metric="AP", mode="max")
        tune_config = tune.TuneConfig(search_alg=searcher, num_samples=500, max_concurrent_trials=4)

    A trial's config holds `architecture` (JSON text, see `from_json`), its `key` and its
    `genotype`. No architecture runs twice: the controller is told what is known of it and asked
    again. `TuneConfig.max_concurrent_trials` has to be set: without it Tune starts one trial at a
    time. Tune passes its own `metric` and `mode` on only beside a `param_space`: they are given
    here, and those of TuneConfig are for its scheduler and tables.

    Args:
        metric: the name in a trial's last result that is the reward; negated if `mode` is "min".
        objective: makes the reward of the result's numbers instead, None for an infeasible one. A
            scheduler that stops trials early needs one: it sees `training_iteration`.

    Raises:
        UsageError: a mode that is neither "max" nor "min".
    """

    def __init__(
        self,
        controller: Controller,
        space: SearchSpace,
        metric: str = "AP",
        mode: str = "max",
        objective: Callable[[Metrics], float | None] | None = None,
    ) -> None:
        if mode not in ("max", "min"):
            raise UsageError(f"mode {mode!r}: choose max or min")
        super().__init__(metric=metric, mode=mode)
        self._controller, self._space, self._objective = controller, space, objective
        self._trials: dict[str, Genotype] = {}  # by Tune's id; those that may still report
        self._known: dict[str, Known | None] = {}  # by key; None while a trial is running

    def suggest(self, trial_id: str) -> dict[str, Any] | None:
        """A config; None while there is nothing new; FINISHED when there never will be."""
        for _ in range(MOST_DUPLICATES):
            genotype = self._controller.propose()
            architecture = self._space.decode(genotype)
            key = architecture.key
            if key not in self._known:
                self._trials[trial_id], self._known[key] = genotype, None
                text = to_json(architecture)
                return {"architecture": text, "key": key, "genotype": list(genotype)}
            known = self._known[key]
            if known is not None:
                self._controller.observe(genotype, *known)
        finished: Any = Searcher.FINISHED  # a str, whatever Ray's annotation says
        return None if None in self._known.values() else finished

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Nothing is learnt before a trial ends."""

    def on_trial_complete(
        self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False
    ) -> None:
        """The controller observes the last result, or a failure.

        A failed trial that Tune runs anew may report once more. Raises UsageError where the
        objective fails.
        """
        genotype = self._trials.get(trial_id)
        if genotype is None:  # proposed after the state was saved that this searcher goes on from
            return
        metrics = _numbers(result or {})
        reward = None if error else self._reward(metrics)
        self._known[self._space.decode(genotype).key] = (reward, metrics)
        if not error:
            del self._trials[trial_id]
        self._controller.observe(genotype, reward, metrics)

    def save(self, checkpoint_path: str) -> None:
        """One JSON file, written beside its place and moved there: a crash leaves the old one."""
        state = {
            "searcher": type(self).__name__,
            "controller": self._controller.state_dict(),
            "trials": self._trials,
            "known": self._known,
        }
        path = Path(checkpoint_path)
        unfinished = path.with_name(f"{path.name}.unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(state, file, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def restore(self, checkpoint_path: str) -> None:
        """Goes on where `save` was called. Raises InvalidState."""
        try:
            state = json.loads(Path(checkpoint_path).read_text("utf-8"))
            trials = {
                name: check_observation(self._space, genotype, None).genotype
                for name, genotype in state["trials"].items()
            }
            known = {key: _known(entry) for key, entry in state["known"].items()}
            self._controller.load_state_dict(state["controller"])
        except (AttributeError, LookupError, TypeError, ValueError) as fault:
            raise InvalidState(
                f"{checkpoint_path} is no state of this searcher ({fault}): make it with the space "
                "and the controller that wrote it"
            ) from fault
        self._trials, self._known = trials, known

    def _reward(self, metrics: Metrics) -> float | None:
        if self._objective is None:
            value = metrics.get(self.metric)
            return value if value is None or self.mode == "max" else -value
        try:
            reward = self._objective(metrics)
            return None if reward is None else float(reward)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise UsageError(f"the objective fails on {dict(metrics)}: {error}") from error


def _known(entry: Any) -> Known | None:  # noqa: ANN401 (parsed JSON)
    if entry is None:
        return None
    reward, metrics = entry
    numbers = {name: finite_number(value) for name, value in metrics.items()}
    return None if reward is None else finite_number(reward), numbers


def _numbers(result: Mapping[str, Any]) -> dict[str, float]:
    """The finite numbers of a result; a trial without them has failed."""
    found = {}
    for name, value in result.items():
        try:
            number = float(value) if not isinstance(value, bool | str) else math.nan
        except (TypeError, ValueError, OverflowError):
            continue
        if math.isfinite(number):
            found[name] = number
    return found
