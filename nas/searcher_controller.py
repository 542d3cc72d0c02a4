"""Any `Searcher` of Ray Tune as a controller of our loop."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from ray import tune
from ray.tune.search import Searcher

from controllers import InvalidSetting
from nas.nearest_member import is_member, nearest_member
from nas.replayed_controller import ReplayedController, Reward
from search_space import Decision, Genotype, SearchSpace

MakeSearcher = Callable[[int], Searcher]
METRIC: Final = "reward"
NO_SETTINGS: Final[Mapping[str, Any]] = MappingProxyType({})


class SearcherController(ReplayedController):
    """A Ray Tune search algorithm that chooses in a space.

        SearcherController(space, 0, lambda seed: HyperOptSearch(random_state_seed=seed))

    The searcher is given choice indices: a `tune.randint` for each decision between numbers
    (levels, parents), a `tune.choice` for others (types). What it suggests is repaired by
    `nearest_member`; where that costs more than a limit allows, a uniform member is proposed in
    its place. Where either changed something, the searcher is told of the member through
    `add_evaluated_point` and its own suggestion ends as an error; a searcher without that method
    is told the member's reward as its suggestion's, and forgets what it did not suggest.

    Args:
        make_searcher: a fresh searcher from a seed below 2**32, without space, metric and mode; it
            must not limit how many of its trials may be out.
        settings: JSON values that a state must share to be loaded.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        make_searcher: MakeSearcher,
        settings: Mapping[str, Any] = NO_SETTINGS,
    ) -> None:
        def make(seed: int) -> _Driven:
            return _Driven(space, make_searcher(seed))

        super().__init__(space, seed, make, settings)


class _Driven:
    """The searcher's side: its trials that are still out, by the member that each became."""

    def __init__(self, space: SearchSpace, searcher: Searcher) -> None:
        self._space, self._searcher = space, searcher
        self._names = [decision.name for decision in space.decisions]
        self._domains = {d.name: _domain(d) for d in space.decisions if len(d.choices) > 1}
        if not searcher.set_search_properties(METRIC, "max", self._domains):
            raise InvalidSetting(
                f"{type(searcher).__name__} has a search space already: make it without one"
            )
        self._asked = 0
        self._out: dict[Genotype, list[tuple[str, Genotype]]] = {}

    def ask(self) -> Genotype:
        name = f"trial_{self._asked}"
        config = self._searcher.suggest(name)
        if not isinstance(config, dict):
            raise InvalidSetting(
                f"{type(self._searcher).__name__} suggests nothing ({config}): make it without a "
                "limit to its trials"
            )
        self._asked += 1
        wanted = tuple(int(config.get(decision, 0)) for decision in self._names)
        genotype = nearest_member(self._space, wanted)
        if not is_member(self._space, genotype):  # above a limit: the searcher has no way to know
            genotype = self._space.sample(np.random.Generator(np.random.PCG64(self._asked)))
        self._out.setdefault(genotype, []).append((name, wanted))
        return genotype

    def tell(self, genotype: Genotype, reward: Reward) -> None:
        waiting = self._out.get(genotype)
        if not waiting:
            if reward is not None:
                self._add(genotype, reward)
            return
        name, wanted = waiting.pop(0)
        if reward is None or (wanted != genotype and self._add(genotype, reward)):
            self._searcher.on_trial_complete(name, error=True)
        else:
            result = {METRIC: reward, "training_iteration": 1}
            self._searcher.on_trial_complete(name, result=result)

    def _add(self, genotype: Genotype, reward: float) -> bool:
        """Whether the searcher takes points that it did not suggest."""
        point = dict(zip(self._names, genotype, strict=True))
        try:
            self._searcher.add_evaluated_point(
                {name: point[name] for name in self._domains}, reward
            )
        except NotImplementedError:
            return False
        return True


def _domain(decision: Decision) -> Any:  # noqa: ANN401 (Ray's domains share no public type)
    indices = range(len(decision.choices))
    ordinal = all(isinstance(choice, int) for choice in decision.choices)
    return tune.randint(0, len(indices)) if ordinal else tune.choice(list(indices))
