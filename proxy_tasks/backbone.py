"""SpineNet as a torch module, operation by operation the official one.

Equal to tf-models-official 2.20.0 within 1e-5 (tests/proxy_tasks/test_official_parity.py).
Source of the rules: arXiv 1912.05027 section 3 and official/vision/modeling/backbones/spinenet.py.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from proxy_tasks.blocks import Bottleneck, Resample, Residual
from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.initialization import initialize_convolutions, zero_last_norms
from proxy_tasks.layers import ACTIVATIONS, ConvNorm, PointwiseConv, add_maps, check_settings
from proxy_tasks.mbconv import MBConv, MobileResample
from proxy_tasks.stem import MobileStem, Stem
from proxy_tasks.stochastic_depth import block_drop_rate
from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.scale import BackboneScale


class ScalePermutedBlock(nn.Module):
    """One block of the scale-permuted part: resample the parents, sum, activate, transform."""

    def __init__(
        self,
        node: Node,
        architecture: Architecture,
        scale: BackboneScale,
        normalization: str,
        activation: str,
        drop_rate: float,
    ) -> None:
        super().__init__()
        self.level, self.parents, self.merged = node.level, node.parents, node.merged
        channels = scale.channels(node.level, node.block_fn)
        self.resample = nn.ModuleList()
        for parent in node.parents:
            level, block_fn = architecture.feature_level(parent), node.block_fn
            before = scale.channels(level, architecture.feature_block_fn(parent))
            steps = node.level - level
            if block_fn == "mbconv":
                resample: nn.Module = MobileResample(
                    before, channels, steps, normalization, activation
                )
            else:
                mid = scale.resample_filters(level)
                resample = Resample(before, mid, channels, steps, normalization, activation)
            self.resample.append(resample)
        self.activation = ACTIVATIONS[activation]
        self.blocks = nn.Sequential()
        width = scale.filters(node.level)
        for repeat in range(scale.block_repeats):
            if node.block_fn == "mbconv":
                squeezed = scale.squeezed_filters(channels)
                block: nn.Module = MBConv(
                    channels,
                    channels,
                    squeezed,
                    normalization,
                    activation,
                    drop_rate=drop_rate,
                    hard_gate=repeat == 0,
                )
            elif node.block_fn == "residual":
                block = Residual(width, normalization, activation, drop_rate=drop_rate)
            else:
                block = Bottleneck(channels, width, normalization, activation, drop_rate=drop_rate)
            self.blocks.append(block)

    def forward(self, features: Mapping[int, Tensor], size: tuple[int, int]) -> Tensor:
        maps = [
            resample(features[parent], size)
            for parent, resample in zip(self.parents, self.resample, strict=True)
        ]
        # Dangling features come raw: same level and channels (official item 9).
        maps += [features[dangling] for dangling in self.merged]
        out: Tensor = self.blocks(add_maps(maps, size, self.activation))
        return out


class SpineNetBackbone(nn.Module):
    """A scale-permuted backbone: images `[B, H, W, 3]` -> `{level: [B, h, w, endpoint_filters]}`.

    Blocks that reach no output are not built. `scale.stem_stride` 2 leaves the stem's max pool out,
    so that a level has half its usual stride: `stride(level)`. Any H and W will do: a side is
    halved upwards at each level and upsampled maps are cropped. Endpoints are those of the output
    levels from `min_level` to `max_level`. `stochastic_depth` is the drop rate of the last block;
    earlier ones have a share of it, by position in the list. Raises InvalidRecipe.
    """

    def __init__(
        self,
        architecture: Architecture,
        scale: BackboneScale,
        *,
        normalization: str = "batch_norm",
        activation: str = "relu",
        stochastic_depth: float = 0.0,
        zero_init: bool = False,
        min_level: int | None = None,
        max_level: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_settings(normalization, activation, stochastic_depth)
        self.levels = endpoint_levels(architecture, min_level, max_level)
        self.architecture, self.scale = architecture, scale
        self.out_channels = scale.endpoint_filters
        nodes = [node for node in resolve(architecture, self.levels) if node.live]
        stem_levels = architecture.stem_levels[: built_stem_blocks(architecture, nodes)]
        # The chain's last two blocks are features 0 and 1, also where the last is not built.
        self.first_stem_feature = NUM_STEM_FEATURES - len(architecture.stem_levels)
        stem = MobileStem if architecture.is_mobile else Stem
        self.stem = stem(stem_levels, scale, normalization, activation)
        self.blocks = nn.ModuleDict()
        self.output_features: dict[int, int] = {}  # level -> feature
        for node in nodes:
            position = node.feature - NUM_STEM_FEATURES
            drop_rate = block_drop_rate(stochastic_depth, position, len(architecture.blocks))
            self.blocks[str(node.feature)] = ScalePermutedBlock(
                node, architecture, scale, normalization, activation, drop_rate
            )
            if node.is_output:
                self.output_features[node.level] = node.feature
        self.endpoints = nn.ModuleDict()
        for level in self.levels:
            fn = architecture.feature_block_fn(self.output_features[level])
            conv = PointwiseConv(scale.channels(level, fn), scale.endpoint_filters)
            self.endpoints[str(level)] = ConvNorm(conv, normalization, activation)
        initialize_convolutions(self, generator)
        if zero_init:
            zero_last_norms(self)

    def stride(self, level: int) -> int:
        """Pixels of the input per cell of a level's map."""
        return (self.scale.stem_stride << level) // 4

    @property
    def feature_info(self) -> list[dict[str, int | str]]:
        """What timm's `features_only` models say of each map, finest first."""
        return [
            {"num_chs": self.out_channels, "reduction": self.stride(v), "module": f"endpoints.{v}"}
            for v in self.levels
        ]

    def features(self, images: Tensor) -> dict[int, Tensor]:
        """Every feature that is built, before the endpoints: `{0, 1: stem, 2 + i: block i}`.

        Earlier blocks of a longer stem have negative numbers.
        """
        features = dict(enumerate(self.stem(images), start=self.first_stem_feature))
        image_size = (images.shape[1], images.shape[2])
        for name, block in self.blocks.items():
            assert isinstance(block, ScalePermutedBlock)
            size = self.scale.feature_size(block.level, image_size)
            features[int(name)] = block(features, size)
        return features

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        features = self.features(images)
        return {v: self.endpoints[str(v)](features[self.output_features[v]]) for v in self.levels}


def endpoint_levels(
    architecture: Architecture, min_level: int | None, max_level: int | None
) -> list[int]:
    """The output levels within the bounds. Raises InvalidRecipe where there is none."""
    outputs = architecture.output_levels
    lowest = outputs[0] if min_level is None else min_level
    highest = outputs[-1] if max_level is None else max_level
    levels = [level for level in outputs if lowest <= level <= highest]
    if not levels:
        raise InvalidRecipe(
            f"no output of the architecture, whose levels are {outputs}, lies between min_level "
            f"{min_level} and max_level {max_level}"
        )
    return levels
