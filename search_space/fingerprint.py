"""A cheap way to see that two networks differ."""

from search_space.block import BLOCK_FNS
from search_space.graph import Wiring, resolve

Fingerprint = list[int]
_STEM = [1, 2]  # what features 0 and 1 stand for


def fingerprint(wiring: Wiring) -> Fingerprint:
    """Among networks of one stem: equal for equal keys, mostly different for different ones.

    Costs a third of a key. One number a live block, sorted: a hash of the graph of the block's
    ancestors, which does not tell apart which of two like blocks a consumer takes.
    """
    hashes = list(_STEM)
    live = []
    for node in resolve(wiring):
        found = hash(
            (
                node.level,
                BLOCK_FNS.index(node.block_fn),  # Python salts the hashes of strings
                node.is_output,
                tuple(sorted([hashes[parent] for parent in node.parents])),
                tuple(sorted([hashes[feature] for feature in node.merged])),
            )
        )
        hashes.append(found)
        if node.live:
            live.append(found)
    return sorted(live)
