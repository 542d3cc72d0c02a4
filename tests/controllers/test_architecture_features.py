import math

import networkx as nx
import numpy as np
import pytest

from controllers.architecture_features import (
    GROUPS,
    IMAGE,
    ArchitectureFeatures,
    architecture_features,
)
from controllers.graph_walk import FNS, LEVELS, OUTPUT_SIZE
from search_space import (
    BLOCK_FNS,
    SPACES,
    SPINENET_49,
    Architecture,
    BackboneScale,
    BlockSpec,
    backbone_cost,
    resolve,
)
from search_space.block_cost import block_costs


def group(features: ArchitectureFeatures, name: str) -> np.ndarray:
    names = list(GROUPS)
    stops = np.cumsum(list(GROUPS.values()))
    return features.values[stops[names.index(name)] - GROUPS[name] : stops[names.index(name)]]


def members(space: str, count: int) -> list[Architecture]:
    rng = np.random.default_rng(0)
    return [SPACES[space].decode(SPACES[space].sample(rng)) for _ in range(count)]


def test_two_ways_to_write_one_network_have_equal_features() -> None:
    # Blocks 0 and 1 do not depend on one another; a reader that counts places would see two.
    def network(levels: tuple[int, int], inputs: tuple[int, int]) -> Architecture:
        chain = [BlockSpec(level, "bottleneck", (0, 1)) for level in levels]
        ends = [BlockSpec(level, "bottleneck", inputs, True) for level in (3, 4)]
        return Architecture((*chain, *ends), output_levels=(3, 4))

    one, other = network((5, 6), (2, 3)), network((6, 5), (2, 3))
    assert one.key == other.key
    first, second = architecture_features(one), architecture_features(other)
    assert np.allclose(first.values, second.values, rtol=1e-12, atol=0)
    assert (first.patterns, first.identity) == (second.patterns, second.identity)


def test_a_dead_block_is_not_seen() -> None:
    for architecture in members("spinenet-49", 60):
        live = sum(node.live for node in resolve(architecture))
        features = architecture_features(architecture)
        assert group(features, "levels").sum() == group(features, "order").sum() == live


@pytest.mark.parametrize("space", ["spinenet-49", "mobile", "r0-sp53", "tiny"])
def test_the_cost_is_the_backbone_s_without_stem_and_endpoints(space: str) -> None:
    for architecture in members(space, 10):
        whole = backbone_cost(architecture, BackboneScale(), IMAGE)
        costs = block_costs(BackboneScale(), IMAGE)
        ends = [
            costs.endpoint((node.level, node.block_fn))
            for node in resolve(architecture)
            if node.is_output
        ]
        stem = costs.stem(architecture.stem_levels, architecture.stem_block_fn)
        madds = whole.madds - stem.madds - sum(end.madds for end in ends)
        assert group(architecture_features(architecture), "cost")[0] == math.log(madds)


def test_paths_and_depths_are_those_of_networkx() -> None:
    for architecture in members("spinenet-49", 10):
        graph, inputs = nx.DiGraph([("stem", 0), ("stem", 1)]), {}
        for node in resolve(architecture):
            inputs[node.feature] = node.parents + node.merged
            graph.add_edges_from((parent, node.feature) for parent in inputs[node.feature])
        rows = group(architecture_features(architecture), "paths").reshape(LEVELS, OUTPUT_SIZE)
        for node in resolve(architecture):
            if node.is_output:
                paths = list(nx.all_simple_paths(graph, "stem", node.feature))
                longest, shortest, _, _, count = rows[node.level][LEVELS + 3 :][:5]
                assert (longest, shortest) == (
                    max(map(len, paths)) - 2,
                    min(map(len, paths)) - 2,
                )
                assert count == pytest.approx(math.log(len(paths)))


def test_a_random_walk_visits_as_many_blocks_as_it_is_long() -> None:
    rows = group(architecture_features(SPINENET_49), "paths").reshape(LEVELS, OUTPUT_SIZE)
    assert np.allclose(rows[:, :LEVELS].sum(axis=1), rows[:, LEVELS + 2])
    assert (rows[3:, LEVELS + 2] >= 1).all()


def test_levels_and_edges_are_counted_by_hand() -> None:
    block = BlockSpec(5, "residual", (0, 1))
    ends = [BlockSpec(level, "bottleneck", (1, 2), True) for level in (3, 4)]
    features = architecture_features(Architecture((block, *ends), output_levels=(3, 4)))
    levels = group(features, "levels").reshape(LEVELS, FNS)
    edges = group(features, "edges").reshape(LEVELS, LEVELS)
    assert levels[5, BLOCK_FNS.index("residual")] == 1
    assert (edges[2, 5], edges[2, 3], edges[5, 3], edges[5, 4], edges.sum()) == (2, 1, 1, 1, 6)
