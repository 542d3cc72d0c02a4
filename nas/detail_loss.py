"""How much finer than their inputs an architecture's outputs pretend to be."""

from proxy_tasks.path_features import path_features
from search_space import Architecture


def detail_loss(architecture: Architecture) -> int:
    """Levels by which outputs are finer than what reaches them, summed over the outputs.

    Every path from the stem to an output passes its coarsest block; an output loses as many levels
    as its finest path is coarser than itself somewhere. 0: the architecture is sound.
    """
    return int(path_features(architecture)[-1])
