from collections.abc import Iterator

import numpy as np
import pytest

from search_space import R0_SP53, SPINENET_49, Architecture, SpineNetSpace, resolve, sequential_only
from search_space.detail_loss import detail_loss


def coarsest_of_paths(architecture: Architecture, feature: int) -> Iterator[int]:
    """The coarsest level of every path from the stem to a feature, both ends included."""
    nodes = {node.feature: node for node in resolve(architecture)}
    level = architecture.feature_level(feature)
    if feature not in nodes:
        yield level
        return
    for parent in set(nodes[feature].parents + nodes[feature].merged):
        yield from (max(level, coarsest) for coarsest in coarsest_of_paths(architecture, parent))


@pytest.mark.parametrize("seed", range(6))
def test_it_is_what_the_finest_of_all_paths_to_each_output_loses(seed: int) -> None:
    space = SpineNetSpace({3: 1, 4: 1, 5: 1}, output_levels=(3, 4, 5))
    architecture = space.decode(space.sample(np.random.default_rng(seed)))
    outputs = [node for node in resolve(architecture) if node.is_output]
    lost = sum(min(coarsest_of_paths(architecture, o.feature)) - o.level for o in outputs)
    assert detail_loss(architecture) == lost


def test_published_networks_are_sound_and_a_sequential_one_is_not() -> None:
    assert detail_loss(SPINENET_49) == detail_loss(R0_SP53) == 0
    assert detail_loss(sequential_only(SPINENET_49)) > 0
