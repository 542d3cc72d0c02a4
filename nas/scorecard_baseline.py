"""What random search reaches on a landscape, known from one large sample."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from nas.scorecard_landscape import RewardLandscape
from nas.scorecard_statistics import median_best
from results.front import hypervolume
from search_space import MODEL_SIZES, Architecture, SearchSpace, backbone_cost

BUDGETS: Final = 4  # the sample holds so many
SEARCHES: Final = 200  # drawn from the sample, for the median of their hypervolumes
REFERENCE_QUANTILE: Final = 0.05  # of the worst uniform members: extremes are mostly noise
SAMPLE_STREAM: Final = 1  # no generator of a controller or a landscape is seeded so


@dataclass(frozen=True, slots=True)
class Baseline:
    """What random search reaches.

    Args:
        goal: the median, over random searches, of the best reward at the budget.
        reference: reward and multiply-adds that hypervolumes are measured from: those which 5 % of
            the uniform members are below, and above.
        hypervolume: the median, over random searches, at the budget.
    """

    goal: float
    reference: tuple[float, float]
    hypervolume: float


def random_baseline(
    landscape: RewardLandscape, space: SearchSpace, budget: int, seed: int
) -> Baseline:
    """From the rewards of one sample of 4 x budget uniform members.

    The goal is exact for random searches that draw `budget` of the sample; the hypervolume is the
    median of 200 of them.
    """
    rng = np.random.default_rng([seed, SAMPLE_STREAM])
    members = [space.decode(space.sample(rng)) for _ in range(BUDGETS * budget)]
    rewards = np.array([landscape.reward(architecture, seed) for architecture in members])
    madds = np.array([size_metrics(architecture)["madds"] for architecture in members])
    reference = (
        float(np.quantile(rewards, REFERENCE_QUANTILE)),
        float(np.quantile(madds, 1 - REFERENCE_QUANTILE)),
    )
    points = np.stack([rewards, madds], axis=1)
    covered = [
        hypervolume(points[rng.choice(len(points), budget, replace=False)], reference)
        for _ in range(SEARCHES)
    ]
    return Baseline(median_best(rewards, budget), reference, float(np.median(covered)))


def size_metrics(architecture: Architecture) -> dict[str, float]:
    """Parameters and multiply-adds of the backbone, at the size of SpineNet-49 or its Mobile."""
    model = MODEL_SIZES["spinenet-mobile-49" if architecture.is_mobile else "spinenet-49"]
    cost = backbone_cost(architecture, model.backbone, model.image_size)
    return {"params": float(cost.params), "madds": float(cost.madds)}
