"""An architecture as a short text, from which a page draws what `search_space.drawing` draws."""

from typing import Final

from search_space.architecture import Architecture
from search_space.block import BLOCK_FNS, NUM_STEM_FEATURES
from search_space.graph import Node, resolve

# One character for each feature of the largest network; none that HTML, JSON or a reader minds.
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_+*~^"
MERGED: Final = "!"  # what follows is merged, not a parent


def packed(architecture: Architecture) -> str:
    """Words with a space between: the stem, then each block as the builder resolved it.

    The stem is its type and the levels of its chain. A block is its level, a digit of its type,
    whether it is an output and whether it is built (4 type + 2 output + live), its parents, and
    after `!` what is merged into it. 75 characters for a network of 15 blocks.
    """
    stem = [BLOCK_FNS.index(architecture.stem_block_fn), *architecture.stem_levels]
    nodes = resolve(architecture)
    if len(nodes) + NUM_STEM_FEATURES > len(DIGITS):
        raise ValueError(f"{len(nodes)} blocks: at most {len(DIGITS) - NUM_STEM_FEATURES} pack")
    return " ".join(["".join(DIGITS[one] for one in stem), *map(_word, nodes)])


def _word(node: Node) -> str:
    look = 4 * BLOCK_FNS.index(node.block_fn) + 2 * node.is_output + node.live
    word = "".join(DIGITS[one] for one in (node.level, look, *node.parents))
    return word + (MERGED + "".join(DIGITS[one] for one in node.merged) if node.merged else "")
