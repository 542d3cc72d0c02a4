"""Search algorithms of other libraries as controllers: their state is the calls they have had."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import numpy as np

from controllers import NO_METRICS, ControllerError, InvalidState, Metrics
from controllers.generator_state import generator_from_seed
from controllers.observation import check_observation
from controllers.observed_fidelity import observed_fidelity
from controllers.saved_state import check_settings, saved_list
from search_space import Genotype, SearchSpace
from search_space.shown import shown

Reward = float | None
Call = tuple[Genotype, Reward] | None  # an observation, or a proposal
LARGEST_SEED: Final = 2**32


class Algorithm(Protocol):
    """What is asked of another library's algorithm."""

    def ask(self) -> Genotype:
        """A member of the space."""
        ...

    def tell(self, genotype: Genotype, reward: Reward) -> None:
        """A checked observation, of a genotype that it may not have asked for."""
        ...


class ReplayedController:
    """A controller around an algorithm that cannot be written down as JSON.

    The state holds the seed and every call; loading it plays them to a fresh algorithm, which
    takes as long as they took.

    Args:
        make_algorithm: a fresh algorithm from a seed below 2**32, equal for equal seeds.
        settings: JSON values that a state must share to be loaded.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        make_algorithm: Callable[[int], Algorithm],
        settings: Mapping[str, Any],
    ) -> None:
        generator_from_seed(seed)  # refuses what is no seed
        self._space, self._seed, self._make = space, int(seed), make_algorithm
        self._settings = {"controller": type(self).__name__, **settings}
        self._calls: list[Call] = []
        self._algorithm = self._fresh(seed)

    def propose(self) -> Genotype:
        """What the algorithm asks for."""
        genotype = self._algorithm.ask()
        self._calls.append(None)
        return genotype

    def observe(self, genotype: Genotype, reward: Reward, metrics: Metrics = NO_METRICS) -> None:
        """Told to the algorithm, which may forget what it did not ask for.

        It knows of no fidelities: with rungs, rewards of unequal ones are all the same to it.
        """
        observed_fidelity(metrics)
        call = check_observation(self._space, genotype, reward)[:2]
        self._algorithm.tell(*call)
        self._calls.append(call)

    def state_dict(self) -> dict[str, Any]:
        """Settings, seed, and the calls in order: null for a proposal, [genotype, reward]."""
        calls = [None if call is None else [list(call[0]), call[1]] for call in self._calls]
        return {**self._settings, "seed": self._seed, "calls": calls}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Plays the state's calls to a fresh algorithm. Raises InvalidState."""
        check_settings(state, self._settings)
        seed, entries = state.get("seed"), saved_list(state, "calls")
        if type(seed) is not int or seed < 0:
            raise InvalidState(f"the state has seed={shown(seed)}: it is a whole number from 0 on")
        try:
            calls = [self._call(entry) for entry in entries]
            algorithm = self._fresh(seed)
            for call in calls:
                algorithm.ask() if call is None else algorithm.tell(*call)
        except (ControllerError, LookupError, TypeError, ValueError) as fault:
            raise InvalidState(
                f"the state's calls cannot be played again ({fault}): make the controller with the "
                "space that it was written for"
            ) from fault
        self._seed, self._calls, self._algorithm = seed, calls, algorithm

    def _fresh(self, seed: int) -> Algorithm:
        return self._make(int(np.random.SeedSequence(seed).generate_state(1)[0]))

    def _call(self, entry: Any) -> Call:  # noqa: ANN401 (parsed JSON)
        if entry is None:
            return None
        genotype, reward = entry
        return check_observation(self._space, genotype, reward)[:2]
