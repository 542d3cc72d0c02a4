"""A model of the reward, fitted to a bounded part of what was observed."""

from collections.abc import Sequence

import numpy as np

from controllers.architecture_features import ArchitectureFeatures
from controllers.gaussian_process import GaussianProcess, log_likelihoods
from controllers.network_kernel import Array, NetworkKernel
from controllers.observed_networks import ObservedNetwork
from controllers.rung_targets import rung_targets

LENGTHS = (0.5, 1.0, 2.0)  # of the kernel
NOISES = (0.03, 0.1, 0.3, 1.0, 3.0)  # variance of an observation by that of the function
_LIKELY, _SPREAD = 0.3, 1.5  # the noise's prior is log-normal: median, SD of the logarithm
_LEAST = 0.05  # members of less weight are left out

# Length, noise and weight of each member; the weights add up to 1.
Members = tuple[tuple[float, float, float], ...]


class Surrogate:
    """An ensemble of Gaussian processes, weighed by how likely they make what was observed.

    A dozen results do not say how rugged a reward is or how noisy: one setting would be a guess,
    and its SD too small.

    Args:
        kernel: how alike two networks are.
        networks: at least two, with a reward or failed.
        members: the ensemble; without, one of each length, with its likeliest noise.
        elite_size: how many of the networks to keep.
    """

    def __init__(
        self,
        kernel: NetworkKernel,
        networks: Sequence[ObservedNetwork],
        members: Members | None,
        elite_size: int,
    ) -> None:
        features = [network.features for network in networks]
        targets = rung_targets(networks)
        seen = dict.fromkeys(pattern for row in features for pattern in row.patterns)
        self._kernel = kernel
        self._vocabulary = {pattern: column for column, pattern in enumerate(seen)}
        rows = kernel.encode(features, self._vocabulary)
        if members is None:
            likely = [log_likelihoods(kernel, rows, targets, length, NOISES) for length in LENGTHS]
            members = _weighed(np.array(likely))
        self.members = members
        self._processes = [
            (GaussianProcess(kernel, rows, targets, length, noise), weight)
            for length, noise, weight in members
        ]
        mean, _ = self.predict(features)
        self.elite = [networks[i] for i in np.argsort(-mean, kind="stable")[:elite_size]]

    def predict(
        self, rows: Sequence[ArchitectureFeatures], pending: Sequence[ArchitectureFeatures] = ()
    ) -> tuple[Array, Array]:
        """Mean and SD in robust deviations, `[n]` each, of the reward without its noise.

        `pending` lowers the SD around it, as if its results were known.
        """
        both = self._kernel.encode([*rows, *pending], self._vocabulary)
        mean, square = np.zeros(len(rows)), np.zeros(len(rows))
        for process, weight in self._processes:
            one, variance = process.predict(both, len(rows))
            mean += weight * one
            square += weight * (variance + one**2)
        return mean, np.sqrt(np.maximum(square - mean**2, 1e-9))


def _weighed(likelihoods: Array) -> Members:
    """likelihoods: logarithms, `[lengths, noises]`."""
    prior = -0.5 * (np.log(np.array(NOISES) / _LIKELY) / _SPREAD) ** 2
    posterior = np.round(likelihoods + prior, 6)  # rounded, so that ties are ties everywhere
    best = posterior.argmax(axis=1)
    weights = np.exp(posterior.max(axis=1) - posterior.max())
    weights[weights < _LEAST * weights.sum()] = 0.0
    weights /= weights.sum()
    found = zip(LENGTHS, best.tolist(), weights.tolist(), strict=True)
    return tuple((length, NOISES[noise], weight) for length, noise, weight in found if weight)
