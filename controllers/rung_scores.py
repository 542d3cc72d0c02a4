"""A moving baseline for each rung: a reward is compared with those of trainings as long."""

from collections import deque
from typing import Any

from controllers.errors import InvalidState
from controllers.normal_scores import NormalScores
from controllers.observed_fidelity import checked_fidelity
from controllers.policy_state import rewards_from_json
from search_space.shown import shown


class RungScores:
    """`NormalScores` by fidelity, each over its last `window` rewards."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._scores: dict[float, NormalScores] = {}

    def add(self, reward: float | None, fidelity: float) -> None:
        """Enters the window of its rung."""
        self._scores.setdefault(fidelity, NormalScores(self._window)).add(reward)

    def score(self, reward: float | None, fidelity: float) -> float:
        """A standard normal number, 0 where the rung has had no reward."""
        return self._scores.setdefault(fidelity, NormalScores(self._window)).score(reward)

    def to_json(self) -> list[Any]:
        """[fidelity, rewards] of each rung."""
        return [[fidelity, list(scores.rewards)] for fidelity, scores in self._scores.items()]

    def load_json(self, state: Any) -> None:  # noqa: ANN401
        """Inverse of `to_json`. Raises InvalidState."""
        if not isinstance(state, list):
            raise InvalidState(f"the state has baseline={shown(state)}: it is a list")
        found = {}
        try:
            for share, entries in state:
                rewards = rewards_from_json(entries, "baseline", self._window)
                scores = found[checked_fidelity(share)] = NormalScores(self._window)
                scores.rewards = deque(rewards, maxlen=self._window)
        except (TypeError, ValueError) as fault:
            raise InvalidState(f"the state's baseline is none of rungs: {fault}") from fault
        self._scores = found
