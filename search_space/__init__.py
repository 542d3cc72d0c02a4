"""Which networks there are: architectures, their identity and cost, and the spaces of them."""

from search_space.ablation import sequential_only, without_long_range, without_short_range
from search_space.architecture import Architecture
from search_space.block import BLOCK_FNS, BlockSpec
from search_space.block_specs import from_json, to_json
from search_space.conv_cost import Cost
from search_space.cost import backbone_cost, backbone_costs
from search_space.difference import Difference, compare
from search_space.drawing import draw_dot, draw_svg, draw_text
from search_space.errors import (
    InvalidArchitecture,
    InvalidGenotype,
    InvalidSpace,
    SearchSpaceError,
)
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.model_sizes import MODEL_SIZES, ModelSize
from search_space.network_cost import network_cost
from search_space.published import PUBLISHED, R0_SP53, R23_SP30, SPINENET_49, SPINENET_MOBILE
from search_space.resnet_fpn import RESNET_DEPTHS, ResNetFpn, resnet_fpn_cost
from search_space.scale import BackboneScale, HeadScale, MaskRCNNScale
from search_space.space import Decision, Genotype, SearchSpace
from search_space.space_presets import SPACES
from search_space.space_summary import SpaceSummary, summarize
from search_space.spinenet_space import SpineNetSpace

__all__ = [
    "BLOCK_FNS",
    "MODEL_SIZES",
    "PUBLISHED",
    "R0_SP53",
    "R23_SP30",
    "RESNET_DEPTHS",
    "SPACES",
    "SPINENET_49",
    "SPINENET_MOBILE",
    "Architecture",
    "BackboneScale",
    "BlockSpec",
    "Cost",
    "Decision",
    "Difference",
    "Genotype",
    "HeadScale",
    "InvalidArchitecture",
    "InvalidGenotype",
    "InvalidSpace",
    "MaskRCNNScale",
    "ModelSize",
    "Node",
    "ResNetFpn",
    "SearchSpace",
    "SearchSpaceError",
    "SpaceSummary",
    "SpineNetSpace",
    "backbone_cost",
    "backbone_costs",
    "built_stem_blocks",
    "compare",
    "draw_dot",
    "draw_svg",
    "draw_text",
    "from_json",
    "network_cost",
    "resnet_fpn_cost",
    "resolve",
    "sequential_only",
    "summarize",
    "to_json",
    "without_long_range",
    "without_short_range",
]
