"""What every search algorithm is to the loop that drives it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from search_space import Genotype

Metrics = Mapping[str, float]
NO_METRICS: Final[Metrics] = MappingProxyType({})
FIDELITY: Final = "fidelity"  # the metric that says how long a candidate was trained


class Controller(Protocol):
    """Proposes candidates and learns from rewards.

        genotype = controller.propose()          # as often as there are workers
        controller.observe(genotype, reward, metrics)  # later, in any order, or never

    The same seed and the same order of calls give the same proposals: a search is resumed by
    playing its journal to a fresh controller, or from a state.

    One that makes proposals of earlier candidates may name those that its last proposal was made
    of in an attribute `parents: tuple[Genotype, ...]`, empty for a proposal from nothing: runs
    record them. Each was observed before.

    One that cannot do without a metric may name it in an attribute `needs_metric: str`: a search
    whose task is known not to report it is then refused before its first candidate.
    """

    def propose(self) -> Genotype:
        """A legal member of the space. Never waits for rewards that are still out."""
        ...

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """A result: larger is better, `None` for a failed or infeasible candidate.

        The genotype may come from elsewhere (a warm start), and more than once; it may be any
        sequence of whole numbers, and numbers may be numpy's, but not bools or text
        (`check_observation` makes them Python's). `metrics` holds what else is known of the
        candidate, by name; most controllers need none of it but `fidelity`: how much of the full
        training the reward is of, a share in (0, 1], 1 where it is missing. With rungs
        (`[halving]`) a candidate comes again with each rung that it reaches: the higher one
        replaces what was known of it. Rewards of unequal fidelities are of unequal scales.

        Raises:
            InvalidObservation: the reward is no finite number, the fidelity none in (0, 1], or the
                genotype no member; the controller stays as it was.
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly here, as plain JSON values."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on where `state` was taken. The state may have been through JSON.

        Raises:
            InvalidState: another controller or other settings wrote it; the controller stays as
                it was.
        """
        ...
