"""Architectures the tests of this room share."""

import itertools
from collections.abc import Iterator

import networkx as nx

from search_space import Architecture, BlockSpec

B, R = "bottleneck", "residual"


def block(level: int, *inputs: int, fn: str = B, out: bool = False) -> BlockSpec:
    return BlockSpec(level, fn, inputs, out)


def five_outputs(*inputs: int) -> tuple[BlockSpec, ...]:
    return tuple(block(level, *inputs, out=True) for level in range(3, 8))


def every_tiny_architecture(blocks: int) -> Iterator[Architecture]:
    """All of `blocks` bottlenecks at levels 3 and 4, the last two the outputs, all wirings."""
    pairs = [itertools.combinations(range(2 + i), 2) for i in range(blocks)]
    for wiring in itertools.product(*[list(p) for p in pairs]):
        for levels in itertools.product((3, 4), repeat=blocks - 2):
            for outputs in ((3, 4), (4, 3)):
                specs = [
                    block(level, *inputs, out=i >= blocks - 2)
                    for i, (level, inputs) in enumerate(zip(levels + outputs, wiring, strict=True))
                ]
                yield Architecture(tuple(specs), output_levels=(3, 4))


def live_graph(architecture: Architecture) -> "nx.MultiDiGraph[int]":
    """The network as built, for networkx to compare: labelled nodes, edges with their role.

    The official rules once more, on a graph and without the product's: at each output block in
    turn every earlier feature of its level and channels whose out-degree is 0 so far is merged;
    then what is no ancestor of an endpoint goes.
    """
    stem_fn = "mbconv" if architecture.is_mobile else "bottleneck"
    chain = list(range(2 - len(architecture.stem_levels), 2))
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    shape: dict[int, tuple[int, str]] = {}
    for feature, level in zip(chain, architecture.stem_levels, strict=True):
        graph.add_node(feature, label=("stem", feature - chain[0], level))
        shape[feature] = (level, stem_fn)
    used: set[int] = set()
    endpoints: set[int] = set()
    for feature, spec in enumerate(architecture.blocks, start=2):
        used |= set(spec.inputs)
        shape[feature] = (spec.level, spec.block_fn)
        merged = {f for f in range(feature) if f not in used and shape[f] == shape[feature]}
        merged = merged if spec.is_output else set()
        used |= merged
        endpoint = spec.is_output and spec.level in architecture.output_levels
        endpoints |= {feature} if endpoint else set()
        graph.add_node(feature, label=(*shape[feature], endpoint))
        graph.add_edges_from((p, feature, {"role": "parent"}) for p in spec.inputs)
        graph.add_edges_from((m, feature, {"role": "merged"}) for m in merged)
    live = endpoints.union(*(nx.ancestors(graph, feature) for feature in endpoints))
    graph.add_edges_from((f, f + 1, {"role": "chain"}) for f in chain[:-1])
    live |= {f for f in chain if f <= max(live.intersection(chain), default=chain[0] - 1)}
    return graph.subgraph(live).copy()


def same_network(first: Architecture, second: Architecture) -> bool:
    return nx.is_isomorphic(
        live_graph(first),
        live_graph(second),
        node_match=lambda a, b: a["label"] == b["label"],
        edge_match=lambda a, b: (
            sorted(e["role"] for e in a.values()) == sorted(e["role"] for e in b.values())
        ),
    )
