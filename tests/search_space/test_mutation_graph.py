"""Whether mutations lead from every member of a space to every other."""

import networkx as nx
import numpy as np
import pytest

from search_space import SpineNetSpace
from tests.search_space.small_spaces import SMALL_SPACES

DRAWS = 20  # mutants of each member; edges that do not turn up can only make the test fail
SPACES = {name: space for name, space in SMALL_SPACES.items() if space.size < 200}
each = pytest.mark.parametrize("name", SPACES)


@pytest.fixture(scope="module")
def graphs() -> "dict[str, nx.DiGraph[int]]":
    return {name: mutation_graph(space) for name, space in SPACES.items()}


def mutation_graph(space: SpineNetSpace) -> "nx.DiGraph[int]":
    """An edge from every member's number to those of its mutants."""
    rng = np.random.default_rng(0)
    graph: nx.DiGraph[int] = nx.DiGraph()
    for index in range(space.size):
        graph.add_node(index, key=space.decode(space.unrank(index)).key)
        for _ in range(DRAWS):
            graph.add_edge(index, space.rank(space.mutate(space.unrank(index), rng)))
    return graph


@each
def test_every_member_is_reached_from_every_other(
    name: str, graphs: "dict[str, nx.DiGraph[int]]"
) -> None:
    assert len(graphs[name]) == SPACES[name].size
    assert nx.is_strongly_connected(graphs[name])


@each
def test_no_mutation_leads_to_the_same_network(
    name: str, graphs: "dict[str, nx.DiGraph[int]]"
) -> None:
    keys = nx.get_node_attributes(graphs[name], "key")
    assert all(keys[parent] != keys[mutant] for parent, mutant in graphs[name].edges)
