"""Equal keys are equal networks: with weights carried over, they compute the same."""

from collections import defaultdict
from itertools import combinations

import networkx as nx
import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from proxy_tasks.backbone import ScalePermutedBlock, SpineNetBackbone
from search_space import Architecture, BackboneScale, SpineNetSpace
from tests.proxy_tasks.trained import draw_norms
from tests.search_space.architectures import every_tiny_architecture, live_graph
from tests.search_space.test_identity import shuffled

NARROW = BackboneScale(0.125, endpoint_filters=4, stem_filters=8)
SPACE = SpineNetSpace()
MOBILE = SpineNetSpace({2: 2, 3: 3, 4: 3}, block_fns=("mbconv",), stem_levels=(1, 2))


def correspondence(first: Architecture, second: Architecture) -> dict[int, int]:
    """Features of the second by those of the first, as networkx finds them."""
    matcher = nx.algorithms.isomorphism.MultiDiGraphMatcher(
        live_graph(first),
        live_graph(second),
        node_match=lambda a, b: a["label"] == b["label"],
        edge_match=lambda a, b: (
            sorted(e["role"] for e in a.values()) == sorted(e["role"] for e in b.values())
        ),
    )
    assert matcher.is_isomorphic()
    return dict(matcher.mapping)


def outputs_differ_by(first: Architecture, second: Architecture, seed: int) -> float:
    """Largest difference between two networks that hold the same weights, seen from the output."""
    generator = torch.Generator().manual_seed(seed)
    one, other = (
        SpineNetBackbone(a, NARROW, min_level=2, activation="swish", generator=generator).eval()
        for a in (first, second)
    )
    draw_norms(one, generator)
    name = correspondence(first, second)
    other.stem.load_state_dict(one.stem.state_dict())
    other.endpoints.load_state_dict(one.endpoints.state_dict())
    for feature, block in one.blocks.items():
        carry_over(block, other.blocks[str(name[int(feature)])], name)
    images = torch.randn(1, 64, 64, 3, generator=generator)
    a, b = one(images), other(images)
    return max(float((a[v] - b[v]).detach().abs().max() / a[v].detach().abs().max()) for v in a)


def carry_over(block: nn.Module, other: nn.Module, name: dict[int, int]) -> None:
    assert isinstance(block, ScalePermutedBlock) and isinstance(other, ScalePermutedBlock)
    other.blocks.load_state_dict(block.blocks.state_dict())
    for parent, resample in zip(block.parents, block.resample, strict=True):
        place = other.parents.index(name[parent])
        other.resample[place].load_state_dict(resample.state_dict())


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), mobile=st.booleans())
def test_another_order_of_the_blocks_computes_the_same(seed: int, mobile: bool) -> None:
    rng, space = np.random.default_rng(seed), MOBILE if mobile else SPACE
    architecture = space.decode(space.sample(rng))
    other = shuffled(architecture, rng)
    assert other.key == architecture.key
    assert outputs_differ_by(architecture, other, seed % 1000) < 1e-5


def test_tiny_networks_of_one_key_compute_the_same() -> None:
    """Twelve pairs among all networks of four blocks, dead and merged blocks among them."""
    groups: dict[str, list[Architecture]] = defaultdict(list)
    for architecture in every_tiny_architecture(4):
        groups[architecture.key].append(architecture)
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    chosen = np.random.default_rng(0).choice(len(pairs), 12, replace=False)
    assert all(outputs_differ_by(*pairs[i], seed=int(i)) < 1e-5 for i in chosen)


def test_the_comparison_would_notice_an_edge_that_is_elsewhere() -> None:
    """Two networks of one shape everywhere but for one parent: the outputs are apart."""
    rng = np.random.default_rng(1)
    architecture = SPACE.decode(SPACE.sample(rng))
    torch.manual_seed(0)
    backbone = SpineNetBackbone(architecture, NARROW).eval()
    images = torch.randn(1, 64, 64, 3)
    before = backbone(images)
    for block in backbone.blocks.values():
        assert isinstance(block, ScalePermutedBlock)
        if block.parents == (0, 1):
            block.parents = (1, 0)
    after = backbone(images)
    assert max(float((before[v] - after[v]).detach().abs().max()) for v in before) > 1e-5
