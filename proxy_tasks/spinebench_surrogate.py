"""Spinebench for any network of its space: a regression of the trainings, with their noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.errors import CandidateFailure, DataError, InvalidRecipe
from proxy_tasks.measured_surrogate import remainder
from proxy_tasks.path_features import path_features
from proxy_tasks.prediction_figures import PredictionFigures
from proxy_tasks.recipe import Fidelity
from proxy_tasks.reward_regression import KernelScale, RewardRegression
from proxy_tasks.spinebench_file import SpineBench, difference, read_spinebench
from proxy_tasks.spread import Spread
from search_space import SPACES, Architecture, InvalidGenotype, SpineNetSpace
from search_space.block_specs import from_json

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SurrogateErrors:
    """What was learnt of the regression when the file was packed.

    Args:
        scale: of the Gaussian process.
        missed: distance of a training's AP from the prediction of its network, held out.
        seed: of one training from the mean over seeds.
    """

    scale: KernelScale
    missed: Spread
    seed: Spread

    @classmethod
    def of(cls, bench: SpineBench) -> "SurrogateErrors":
        """Raises DataError where the file does not say."""
        try:
            said: Mapping[str, Any] = bench.about["surrogate"]
            scale = KernelScale(**said["scale"])
            bench.fidelities[said["fidelity"]]  # of the trainings that it was fitted to
            return cls(scale, *(Spread.from_dict(said[name]) for name in ("missed", "seed")))
        except (KeyError, TypeError, InvalidRecipe) as error:
            raise DataError(
                f"{bench.path} does not say how far its surrogate is off: pack it again"
            ) from error


@dataclass(frozen=True, slots=True)
class SurrogateAccuracy:
    """How well networks are predicted that the regression was not fitted to.

    Args:
        held_out: in ten folds of the networks of all sources together. What they differ in, source
            from source, makes this look better than a search will find it.
        by_source: the same predictions, of the networks of one source alone.
        left_out: by the source that the regression knew nothing of. A search that goes where no
            other was is this case.
    """

    held_out: PredictionFigures
    by_source: Mapping[str, PredictionFigures]
    left_out: Mapping[str, PredictionFigures]

    @classmethod
    def of(cls, bench: SpineBench) -> "SurrogateAccuracy":
        """Raises DataError where the file does not say."""
        try:
            said: Mapping[str, Any] = bench.about["surrogate"]
            held_out = PredictionFigures.from_dict(said["held_out"])
            by_source, left_out = (
                {name: PredictionFigures.from_dict(one) for name, one in said[part].items()}
                for part in ("by_source", "left_out")
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{bench.path} does not say how good its surrogate is: pack it again"
            ) from error
        return cls(held_out, by_source, left_out)


class SpineBenchSurrogate:
    """The AP of any network of spinebench's space on `quick`, as a training would have it.

    A regression is smoother than the truth. What it misses of held-out networks, beyond the noise
    of a training, is put back as a random number for each network and `seed`, so that another seed
    is another landscape; and each training has noise, as large as was measured near such an AP.

    Args:
        file: as for `SpineBenchTable`.
        seed: of what the regression misses.
        noise: times the noise that was measured, from 0 on.

    Raises:
        DataError, InvalidRecipe. MissingExtra without scikit-learn.
    """

    METRICS: ClassVar[tuple[str, ...]] = ("AP",)

    def __init__(self, file: str = "", seed: int = 0, noise: float = 1.0) -> None:
        if type(seed) is not int or seed < 0:
            raise InvalidRecipe(f"seed {seed!r}: choose a whole number from 0 on")
        if not isinstance(noise, int | float) or not 0 <= noise <= 100:
            raise InvalidRecipe(f"noise {noise!r}: choose a factor from 0 to 100")
        self._bench, self._seed, self._noise = (
            read_spinebench(Path(file) if file else None),
            seed,
            noise,
        )
        self._errors = SurrogateErrors.of(self._bench)
        self._regression = _fitted(self._bench, self._errors.scale)
        self._name = str(self._bench.about["surrogate"]["fidelity"])
        self._space = space_of(self._bench)

    @property
    def space(self) -> SpineNetSpace:
        """Whose members it answers for."""
        return self._space

    @property
    def accuracy(self) -> SurrogateAccuracy:
        """Found when the file was packed. Raises DataError for a file from before it was."""
        return SurrogateAccuracy.of(self._bench)

    def check_fidelity(self, fidelity: str) -> None:
        """Raises InvalidRecipe for one that is not the end of the trainings that it learnt from."""
        known = self._bench.fidelities[self._name]
        if fidelity != known.canonical():
            asked = Fidelity.from_canonical(fidelity)
            raise InvalidRecipe(
                f"the surrogate of {self._bench.path} is of {self._name}, but "
                f"{difference(asked, known)}: search with the settings of {self._name}, without "
                "rungs"
            )

    def expected(self, architecture: Architecture) -> float:
        """The mean AP over seeds, in this landscape; it may be a little outside 0..1.

        Raises CandidateFailure for a network of another space.
        """
        self._check_family(architecture)
        predicted = self._regression.predict(path_features(architecture)[None])
        missed, seed = self._errors.missed(predicted), self._errors.seed(predicted)
        own = np.sqrt(np.maximum(missed**2 - seed**2, 0.0))
        return float(predicted[0] + own[0] * remainder(architecture.key, self._seed))

    def evaluate(self, architecture: Architecture, seed: int) -> dict[str, float]:
        """`AP`, 0..1. Raises CandidateFailure as `expected` does."""
        expected = self.expected(architecture)
        rng = np.random.default_rng([seed, int(architecture.key, 16)])
        noise = self.noise_sd(expected) * float(rng.standard_normal())
        return {"AP": min(max(expected + noise, 0.0), 1.0)}

    def noise_sd(self, expected: float) -> float:
        """Of a training of a network with this mean AP."""
        return self._noise * float(self._errors.seed(np.array(expected)))

    def _check_family(self, architecture: Architecture) -> None:
        space = self._space
        if (
            architecture.stem_levels != space.stem_levels
            or architecture.output_levels != space.output_levels
            or architecture.is_mobile
        ):
            raise CandidateFailure(
                f"network {architecture.key} has another stem or other outputs than spinebench's "
                f"{self._bench.about['space']}"
            )


@lru_cache(maxsize=2)
def _fitted(bench: SpineBench, scale: KernelScale) -> RewardRegression:
    """To all trainings that it may learn from; one seed of the trees for all landscapes."""
    fidelity = str(bench.about["surrogate"]["fidelity"])
    features, rewards, _ = learnable(bench, fidelity)
    if not len(rewards):
        raise DataError(
            f"{bench.path} has no training of a network of {bench.about['space']} at {fidelity}, "
            "which its surrogate learns from: pack it again"
        )
    return RewardRegression(features, rewards, 0, scale)


def learnable(bench: SpineBench, fidelity: str) -> tuple[Array, Array, list[str]]:
    """Features [N, F], AP [N] and key of each training of a fidelity that has an AP.

    Only of members of the space: the others have features of their own.
    """
    columns, members = bench.columns, space_of(bench)
    features: dict[str, Array | None] = {}
    found: list[tuple[Array, float, str]] = []
    for key, blocks, name, ap in zip(
        *(columns[column] for column in ("key", "blocks", "fidelity", "AP")), strict=True
    ):
        if name != fidelity or ap is None:
            continue
        if key not in features:
            architecture = from_json(blocks)
            inside = _is_member(architecture, members)
            features[key] = path_features(architecture) if inside else None
        known = features[key]
        if known is not None:
            found.append((known, ap, key))
    return (
        np.array([row for row, _, _ in found]),
        np.array([ap for _, ap, _ in found]),
        [key for _, _, key in found],
    )


def space_of(bench: SpineBench) -> SpineNetSpace:
    """Whose members were searched. Raises DataError for a name that there is not."""
    name = str(bench.about.get("space"))
    if name not in SPACES:
        raise DataError(f"{bench.path} is of the space {name!r}, which this version does not know")
    return SPACES[name]


def _is_member(architecture: Architecture, space: SpineNetSpace) -> bool:
    try:
        space.encode(architecture)
    except InvalidGenotype:
        return False
    return True
