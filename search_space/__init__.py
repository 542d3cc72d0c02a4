"""Which networks there are: architectures, their identity and cost, and the spaces of them."""

from search_space.ablation import sequential_only
from search_space.architecture import Architecture
from search_space.block import BLOCK_FNS, BlockSpec
from search_space.block_specs import from_json, to_json
from search_space.cost import Cost, backbone_cost, retinanet_cost
from search_space.drawing import draw_dot, draw_svg, draw_text
from search_space.errors import (
    InvalidArchitecture,
    InvalidGenotype,
    InvalidSpace,
    SearchSpaceError,
)
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.published import PUBLISHED, R0_SP53, SPINENET_49
from search_space.scale import BackboneScale, HeadScale
from search_space.space import Decision, Genotype, SearchSpace
from search_space.spinenet_space import SpineNetSpace

__all__ = [
    "BLOCK_FNS",
    "PUBLISHED",
    "R0_SP53",
    "SPINENET_49",
    "Architecture",
    "BackboneScale",
    "BlockSpec",
    "Cost",
    "Decision",
    "Genotype",
    "HeadScale",
    "InvalidArchitecture",
    "InvalidGenotype",
    "InvalidSpace",
    "Node",
    "SearchSpace",
    "SearchSpaceError",
    "SpineNetSpace",
    "backbone_cost",
    "built_stem_blocks",
    "draw_dot",
    "draw_svg",
    "draw_text",
    "from_json",
    "resolve",
    "retinanet_cost",
    "sequential_only",
    "to_json",
]
