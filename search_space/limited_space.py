"""The members of a space that a network's cost may allow."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from search_space.architecture import Architecture
from search_space.errors import InvalidGenotype, InvalidSpace
from search_space.shown import shown
from search_space.space import Decision, Genotype, SearchSpace

TRIAL_DRAWS = 500  # a tenth of a second: a limit that none of so many members keeps is refused
MAX_DRAWS = 100_000  # then a limit that one of 5,000 keeps ends no search by bad luck
MAX_MOVES = 1_000  # of one parent or two, before a uniform member

CostOf = Callable[[Architecture], Mapping[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class LimitedSpace:
    """The members of `space` that cost no more than `limits`, by rejection.

    A controller cannot leave it: what is drawn is within the limits, and `decode` refuses what is
    not. `legal` is the whole space's mask, as no prefix shows its cost: a legal prefix may lead to
    members above the limits only, so who builds a genotype from the left decodes it, and builds
    another where that raises InvalidGenotype. A draw costs as many of the whole space's as there
    are members for each one within the limits.

    Args:
        cost: a network's figures by name, such as {"params": ..., "madds": ...}.
        limits: the largest figure allowed, by name; at least one.

    Raises:
        InvalidSpace: a limit that is no number above 0 or that `cost` has no figure for, or
            limits that none of TRIAL_DRAWS uniform members keeps.
    """

    space: SearchSpace
    cost: CostOf
    limits: Mapping[str, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", MappingProxyType(dict(self.limits)))
        if not self.limits:
            raise InvalidSpace("a limited space has no limit: give one, as in {'madds': 9e6}")
        for name, limit in self.limits.items():
            number = isinstance(limit, int | float) and type(limit) is not bool
            if not number or not math.isfinite(limit) or limit <= 0:
                raise InvalidSpace(f"limit of {name} {shown(limit)}: give a number above 0")
        rng = np.random.Generator(np.random.PCG64(0))
        known = self.cost(self.space.decode(self.space.sample(rng)))
        for name in self.limits.keys() - known.keys():
            raise InvalidSpace(f"limit of {shown(name)}: a cost has {', '.join(known)}")
        self._uniform(rng, TRIAL_DRAWS)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Those of the whole space."""
        return self.space.decisions

    def legal(self, prefix: Genotype) -> NDArray[np.bool_]:
        """The whole space's mask: what it allows may cost too much. Raises InvalidGenotype."""
        return self.space.legal(prefix)

    def decode(self, genotype: Genotype) -> Architecture:
        """Raises InvalidGenotype, also for a member of the whole space above a limit."""
        architecture = self.space.decode(genotype)
        self._check(architecture)
        return architecture

    def encode(self, architecture: Architecture) -> Genotype:
        """Inverse of decode. Raises InvalidGenotype, also for a network above a limit."""
        genotype = self.space.encode(architecture)
        self._check(architecture)
        return genotype

    def sample(self, rng: np.random.Generator) -> Genotype:
        """Uniform over the members within the limits, where the whole space's `sample` is uniform
        over all. Raises InvalidSpace if none turns up.
        """
        return self._uniform(rng, MAX_DRAWS)

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        """A neighbour within the limits; the parent may be above them.

        Where none turns up, a uniform member: a search goes on. Raises InvalidGenotype for no
        member of the whole space.
        """
        return self._move(lambda: self.space.mutate(genotype, rng), rng)

    def crossover(self, first: Genotype, second: Genotype, rng: np.random.Generator) -> Genotype:
        """A child within the limits; like `mutate`, or else a uniform member."""
        return self._move(lambda: self.space.crossover(first, second, rng), rng)

    def _uniform(self, rng: np.random.Generator, draws: int) -> Genotype:
        met: dict[str, list[float]] = {name: [] for name in self.limits}
        for _ in range(draws):
            genotype = self.space.sample(rng)
            found = self.cost(self.space.decode(genotype))
            if not self._above(found):
                return genotype
            for name, figures in met.items():
                figures.append(found[name])
        seen = "; ".join(
            f"{name} {min(figures):,.0f} and more, one in twenty up to "
            f"{np.quantile(figures, 0.05):,.0f}"
            for name, figures in met.items()
        )
        raise InvalidSpace(
            f"{self._allowed()}: none of {draws:,} members drawn is within it. They have {seen}: "
            "raise the limit, or make all networks smaller"
        )

    def _move(self, draw: Callable[[], Genotype], rng: np.random.Generator) -> Genotype:
        for _ in range(MAX_MOVES):
            genotype = draw()
            if not self._above(self.cost(self.space.decode(genotype))):
                return genotype
        return self.sample(rng)

    def _check(self, architecture: Architecture) -> None:
        found = self.cost(architecture)
        name = self._above(found)
        if name is not None:
            raise InvalidGenotype(
                f"{name} {found[name]:,.0f} is above the limit of {self.limits[name]:,.0f}: no "
                "member of this limited space"
            )

    def _allowed(self) -> str:
        limits = ", ".join(f"{name} {limit:,.0f}" for name, limit in self.limits.items())
        return f"a limit of {limits}"

    def _above(self, found: Mapping[str, float]) -> str | None:
        """The first figure above its limit."""
        return next((name for name, limit in self.limits.items() if found[name] > limit), None)
