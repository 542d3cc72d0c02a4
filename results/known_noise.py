"""What is known of how much a seed changes: by a run's own repeats, and from elsewhere."""

from collections.abc import Sequence

from results.networks import Run, repeated_networks
from results.noise import Noise, all_pooled, noise_of_repeats


def measured_noise(runs: Run | Sequence[Run]) -> Noise | None:
    """What the repeats of runs say that a seed changes, such as those of a run of `nas doctor`.

    Of the longest trainings that were repeated; None where none was. Of a network that `nas rerank`
    trained again the search's own reward is left out: it was picked for being large, so that its
    distance from the new ones is not luck alone. Where no network has two new ones it counts, and
    the noise is then up to half as large again as the truth. Raises NotARun, StoreDamaged.
    """
    networks = repeated_networks(runs)
    return None if networks is None else noise_of_repeats(networks.rewards())


def noise_known(runs: Run | Sequence[Run], given: Noise | None = None) -> Noise | None:
    """The repeats of runs and what was measured elsewhere, each by its degrees of freedom.

    An exact one counts alone. None where neither is known. Raises NotARun, StoreDamaged.
    """
    return all_pooled(given, measured_noise(runs))
