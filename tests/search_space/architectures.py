"""Architectures the tests of this room share."""

import itertools
from collections.abc import Iterator

import networkx as nx

from search_space import Architecture, BlockSpec, resolve

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
    """The network as built, for networkx to compare: labelled nodes, edges with their role."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    for stem in (0, 1):
        graph.add_node(stem, label=("stem", stem))
    for node in resolve(architecture):
        if node.live:
            graph.add_node(node.feature, label=(node.level, node.block_fn, node.is_output))
            graph.add_edges_from((p, node.feature, {"role": "parent"}) for p in node.parents)
            graph.add_edges_from((m, node.feature, {"role": "merged"}) for m in node.merged)
    return graph


def same_network(first: Architecture, second: Architecture) -> bool:
    return nx.is_isomorphic(
        live_graph(first),
        live_graph(second),
        node_match=lambda a, b: a["label"] == b["label"],
        edge_match=lambda a, b: (
            sorted(e["role"] for e in a.values()) == sorted(e["role"] for e in b.values())
        ),
    )
