"""The difference of two architectures as JSON text."""

import json

from search_space.conv_cost import Cost
from search_space.difference import BlockPair, Difference
from search_space.graph import Node


def difference_to_json(difference: Difference, names: tuple[str, str] = ("A", "B")) -> str:
    """An object: who is compared, counts of `changes`, every pair, and blocks of one alone.

    `pairs` holds unchanged blocks too, with an empty `changes`. Feature indices are those of the
    architecture that they are told of. Costs are of backbones at the size that `model_size` names.
    """
    (old_stem, new_stem), (old_cost, new_cost) = difference.stems, difference.costs
    document = {
        "first": _side(names[0], difference.first.key, old_stem, old_cost),
        "second": _side(names[1], difference.second.key, new_stem, new_cost),
        "model_size": difference.size_name,
        "same_network": difference.same_network,
        "changes": difference.changes,
    }
    lists = {
        "pairs": [_pair(pair) for pair in difference.pairs],
        "only_first": [_node(node) for node in difference.only_first],
        "only_second": [_node(node) for node in difference.only_second],
    }
    entries = [f'  "{name}": {json.dumps(value)}' for name, value in document.items()]
    for name, values in lists.items():
        rows = ",".join("\n    " + json.dumps(value) for value in values)
        entries.append(f'  "{name}": [{rows}]')
    return "{\n" + ",\n".join(entries) + "\n}\n"


def _side(name: str, key: str, stem: tuple[str, tuple[int, ...]], cost: Cost) -> dict[str, object]:
    return {
        "name": name,
        "key": key,
        "params": cost.params,
        "madds": cost.madds,
        "stem_block_fn": stem[0],
        "stem_levels": stem[1],
    }


def _pair(pair: BlockPair) -> dict[str, object]:
    return {
        "first": _node(pair.first),
        "second": _node(pair.second),
        "changes": pair.changes,
        "moved": pair.moved,
        "lost_parents": pair.lost_parents,
        "gained_parents": pair.gained_parents,
        "lost_merged": pair.lost_merged,
        "gained_merged": pair.gained_merged,
    }


def _node(node: Node) -> dict[str, object]:
    return {
        "feature": node.feature,
        "level": node.level,
        "block_fn": node.block_fn,
        "is_output": node.is_output,
        "inputs": node.parents,
        "merged": node.merged,
        "live": node.live,
    }
