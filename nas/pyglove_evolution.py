"""PyGlove's regularized evolution as a controller: what ours is compared with.

Every member is one custom decision point of PyGlove, whose random neighbour has one decision drawn
anew, as PyGlove's default mutator does it for a list of `pg.oneof`; `nearest_member` then repairs
it. Written as a list of 58 `pg.oneof`, a proposal takes 30 ms instead of 1.5.
"""

import json
from random import Random
from typing import Any

import numpy as np

from controllers import InvalidSetting
from nas.nearest_member import is_member, nearest_member
from nas.replayed_controller import ReplayedController, Reward
from proxy_tasks.extras import import_extra
from search_space import Genotype, SearchSpace

MOST_MUTANTS = 100  # that are above a limit on cost, before a uniform member


class PyGloveEvolution(ReplayedController):
    """`pyglove.evolution.regularized_evolution` (Real et al. 2019, arXiv 1802.01548).

    It knows nothing of the space but its decisions and masks. It starts from uniform members.
    Failed candidates never enter the population, nor does what it did not propose. Needs
    `pip install 'spinenas[scorecard]'`.

    Args:
        population_size: PyGlove's default is 100; 20 is better at some hundred candidates.
        tournament_size: candidates that a parent is the best of, PyGlove's default.

    Raises:
        InvalidSetting: not whole numbers with 2 <= tournament_size <= population_size.
    """

    def __init__(
        self, space: SearchSpace, seed: int, population_size: int = 20, tournament_size: int = 10
    ) -> None:
        sizes = (tournament_size, population_size)
        if any(type(size) is not int for size in sizes) or not 2 <= sizes[0] <= sizes[1]:
            raise InvalidSetting(
                f"tournament_size {tournament_size!r} with population_size {population_size!r}: "
                "choose whole numbers with 2 <= tournament_size <= population_size"
            )
        settings = {"population_size": population_size, "tournament_size": tournament_size}
        super().__init__(space, seed, lambda seed: _Evolution(space, seed, settings), settings)


class _Evolution:
    """PyGlove's side: DNAs, of which some are still out."""

    def __init__(self, space: SearchSpace, seed: int, sizes: dict[str, int]) -> None:
        self._pg = pg = import_extra("pyglove", "scorecard")
        self._space = space
        self._widths = [len(decision.choices) for decision in space.decisions]
        self._open_choices = [at for at, width in enumerate(self._widths) if width > 1]
        self._evolution = pg.evolution.regularized_evolution(
            mutator=pg.evolution.mutators.Uniform(seed=seed), seed=seed, **sizes
        )
        self._evolution.setup(pg.geno.CustomDecisionPoint(random_dna_fn=self._random_dna))
        self._out: dict[Genotype, list[Any]] = {}

    def ask(self) -> Genotype:
        dna = self._evolution.propose()
        genotype = tuple(json.loads(dna.value))
        self._out.setdefault(genotype, []).append(dna)
        return genotype

    def tell(self, genotype: Genotype, reward: Reward) -> None:
        waiting = self._out.get(genotype)
        if not waiting:
            return
        dna = waiting.pop(0)
        if reward is not None:
            self._evolution.feedback(dna, reward)

    def _random_dna(self, rng: Random, previous: Any) -> Any:  # noqa: ANN401 (PyGlove has no types)
        for _ in range(MOST_MUTANTS if previous else 0):
            wanted = json.loads(previous.value)
            at = rng.choice(self._open_choices)
            wanted[at] = rng.randrange(self._widths[at])
            genotype = nearest_member(self._space, wanted)
            if is_member(self._space, genotype):
                return self._pg.DNA(json.dumps(genotype))
        bits = np.random.PCG64(rng.getrandbits(64))
        return self._pg.DNA(json.dumps(self._space.sample(np.random.Generator(bits))))
