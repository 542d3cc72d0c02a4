"""What a predictor has been told: every result in order, and one row a network."""

import math
from dataclasses import dataclass, field

from controllers.architecture_features import ArchitectureFeatures
from controllers.observed_fidelity import FULL
from controllers.saved_state import Result
from search_space import Genotype


@dataclass(slots=True)
class ObservedNetwork:
    """A network and what was observed of it, most often once, at the highest rung it has ended."""

    genotype: Genotype
    features: ArchitectureFeatures
    rewards: list[float] = field(default_factory=list)
    fidelity: float = FULL  # share of the full training that they are of

    @property
    def reward(self) -> float | None:
        """The mean, or None if it only failed."""
        if not self.rewards:
            return None
        mean = sum(self.rewards) / len(self.rewards)
        # huge ones are divided first: not always, as that rounds otherwise
        return mean if math.isfinite(mean) else sum(r / len(self.rewards) for r in self.rewards)


class ObservedNetworks:
    """Grows by a result at a time."""

    def __init__(self) -> None:
        self.journal: list[Result] = []
        self.networks: dict[int, ObservedNetwork] = {}  # by identity, the first observed first
        self.scored = 0  # networks with a reward

    def add(self, features: ArchitectureFeatures, result: Result) -> None:
        """A reward told twice counts once: a search repeats what it knows of a duplicate.

        A longer training replaces what was known of a network; a shorter one says nothing new.
        """
        self.journal.append(result)
        genotype, reward, fidelity = result
        new = ObservedNetwork(genotype, features, fidelity=fidelity)
        network = self.networks.setdefault(features.identity, new)
        if fidelity < network.fidelity:
            return
        if fidelity > network.fidelity:
            self.scored -= bool(network.rewards)
            network.rewards, network.fidelity = [], fidelity
        if reward is not None and reward not in network.rewards:
            self.scored += not network.rewards
            network.rewards.append(reward)

    def best_and_latest(self, size: int) -> list[ObservedNetwork]:
        """At most `size` of them: the latest half, and the best of those before."""
        networks = list(self.networks.values())
        if len(networks) <= size:
            return networks
        latest = networks[len(networks) - size // 2 :]
        before = [n for n in networks[: -len(latest)] if n.rewards]
        before.sort(key=lambda network: (-network.fidelity, -(network.reward or 0.0)))
        return before[: size - len(latest)] + latest
