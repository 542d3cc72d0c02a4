"""Synthetic rewards with a known truth: what controllers are compared on. They train nothing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.learning_curve import curve_level, curve_noise
from proxy_tasks.random_messages import RandomMessages
from proxy_tasks.random_tables import RandomTables
from proxy_tasks.recipe import Fidelity
from search_space import SPACES, Architecture, SearchSpace

Potential = Callable[[Architecture], float]

LARGEST_NOISE = 100.0  # a hundred times what there is to find; sums and squares stay finite
RUNG_STREAM = 2  # generators besides an evaluation's
SAMPLE = 512  # members that a landscape is standardised on: the SD is known to 3 %
AP_MEAN, AP_SD = 0.38, 0.045  # of 54 uniform networks that lose no detail, on `quick`

FAMILIES: Mapping[str, Callable[[np.random.Generator, list[Architecture]], Potential]] = (
    MappingProxyType(
        {
            "tables": RandomTables,
            "messages": RandomMessages,
            "flat": lambda _rng, _sample: lambda _architecture: 0.0,
        }
    )
)


class Landscape:
    """A random function of the network, in standard deviations between uniform members of a space.

    Two architectures of one key have one value: dead blocks, the order of independent blocks and
    the order of parents do not count. The families are described in docs/controllers.md.

    Args:
        family: `tables`, `messages` or `flat`, which is 0 everywhere; or a function of networks,
            such as a `MeasuredSurrogate`.
        seed: of everything that is random in it, from 0 on.
        space: where mean and SD are taken; a name from SPACES, or a space.
        noise: SD of an evaluation's noise, 0 to 100. 0.3 is what a seed's training is on real
            proxies.

    Raises:
        InvalidRecipe: no such family or space, a negative seed, a noise out of range.
    """

    METRICS = ("AP",)

    def __init__(
        self,
        family: str | Potential = "tables",
        seed: int = 0,
        space: str | SearchSpace = "spinenet-49",
        noise: float = 0.3,
    ) -> None:
        if isinstance(family, str) and family not in FAMILIES:
            raise InvalidRecipe(f"family {family!r}: choose from {', '.join(FAMILIES)}")
        if isinstance(space, str) and space not in SPACES:
            raise InvalidRecipe(f"space {space!r}: choose from {', '.join(SPACES)}")
        if type(seed) is not int or seed < 0:
            raise InvalidRecipe(f"seed {seed!r}: choose a whole number from 0 on")
        if not isinstance(noise, int | float) or not 0 <= noise <= LARGEST_NOISE:
            raise InvalidRecipe(
                f"noise {noise!r}: choose a standard deviation from 0 to {LARGEST_NOISE:g}"
            )
        self.noise, self._seed = noise, seed
        rng = np.random.Generator(np.random.PCG64(seed))
        members = SPACES[space] if isinstance(space, str) else space
        sample = [members.decode(members.sample(rng)) for _ in range(SAMPLE)]
        made = FAMILIES[family](rng, sample) if isinstance(family, str) else family
        self._potential: Potential = made
        values = [self._potential(architecture) for architecture in sample]
        self._mean, self._sd = float(np.mean(values)), float(np.std(values)) or 1.0

    def value(self, architecture: Architecture) -> float:
        """Without noise: 0 is the mean of uniform members, 1 a standard deviation above it."""
        return (self._potential(architecture) - self._mean) / self._sd

    def reward(self, architecture: Architecture, seed: int, share: float = 1.0) -> float:
        """`value` and `evaluation_noise`; after a share of the training less well known, and lower.

        `share`, in (0, 1]: a part of a training is off its end by noise of its own, and has a part
        of its AP (`proxy_tasks/learning_curve.py`).
        """
        final = self.value(architecture) + self.evaluation_noise(architecture, seed)
        if share >= 1:
            return final
        stream = [seed, int(architecture.key, 16), RUNG_STREAM, int(share * 2**32)]
        own = self.noise * curve_noise(share) * np.random.default_rng(stream).standard_normal()
        above_zero = max(AP_MEAN / AP_SD + final + own, 0.0)
        return float(final + own - (1 - curve_level(share)) * above_zero)

    def evaluation_noise(self, architecture: Architecture, seed: int) -> float:
        """What a whole training is off by, which the network and a seed from 0 on fix."""
        rng = np.random.default_rng([seed, int(architecture.key, 16)])
        return self.noise * float(rng.standard_normal())

    def evaluate(self, architecture: Architecture, seed: int) -> dict[str, float]:
        """The reward as an `AP`, so that a landscape can be searched like any task."""
        return {"AP": AP_MEAN + AP_SD * self.reward(architecture, seed)}

    def evaluate_at(
        self,
        architecture: Architecture,
        seed: int,
        fidelity: str,
        *,
        resume: Path | None = None,
        pause: Path | None = None,
    ) -> dict[str, float]:
        """The same at the share of the fidelity's steps that it is stopped at; nothing to pause."""
        length = Fidelity.from_canonical(fidelity)
        share = length.last_step / length.steps
        return {"AP": AP_MEAN + AP_SD * self.reward(architecture, seed, share)}
