"""SpineNet as a torch module, operation by operation the official one.

Equal to tf-models-official 2.20.0 within 1e-5 (tests/proxy_tasks/test_official_parity.py).
Source of the rules: arXiv 1912.05027 section 3 and official/vision/modeling/backbones/spinenet.py.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from proxy_tasks.blocks import Bottleneck, Resample, Residual
from proxy_tasks.initialization import initialize_convolutions, zero_last_norms
from proxy_tasks.layers import ACTIVATIONS, Conv, ConvNorm, PointwiseConv, max_pool
from search_space.architecture import Architecture
from search_space.block import NUM_STEM_FEATURES
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.scale import BackboneScale


class Stem(nn.Module):
    """7x7/2 convolution, max pool (at stride 4), then a chain of bottlenecks.

    The width scale does not multiply the convolution's `stem_filters` (64 in the paper).
    Returns the output of every bottleneck; features 0 and 1 are those of the last two.
    """

    def __init__(
        self, levels: tuple[int, ...], scale: BackboneScale, normalization: str, activation: str
    ) -> None:
        super().__init__()
        self.pooled = scale.stem_stride == 4
        self.conv = ConvNorm(Conv(3, scale.stem_filters, 7, stride=2), normalization, activation)
        channels, level = scale.stem_filters, 2
        self.blocks = nn.ModuleList()
        for target in levels:
            width = scale.filters(target)
            stride = 2 ** (target - level)
            blocks = [Bottleneck(channels, width, normalization, activation, stride)]
            channels = scale.channels(target, "bottleneck")
            for _ in range(scale.block_repeats - 1):
                blocks.append(Bottleneck(channels, width, normalization, activation))
            self.blocks.append(nn.Sequential(*blocks))
            level = target

    def forward(self, images: Tensor) -> list[Tensor]:
        x = self.conv(images)
        if self.pooled:
            x = max_pool(x)
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return features


class ScalePermutedBlock(nn.Module):
    """One block of the scale-permuted part: resample the parents, sum, activate, transform."""

    def __init__(
        self,
        node: Node,
        architecture: Architecture,
        scale: BackboneScale,
        normalization: str,
        activation: str,
    ) -> None:
        super().__init__()
        self.level, self.parents, self.merged = node.level, node.parents, node.merged
        width = scale.filters(node.level)
        channels = scale.channels(node.level, node.block_fn)
        self.resample = nn.ModuleList()
        for parent in node.parents:
            parent_level = architecture.feature_level(parent)
            before = scale.channels(parent_level, architecture.feature_block_fn(parent))
            mid = scale.resample_filters(parent_level)
            steps = node.level - parent_level
            self.resample.append(Resample(before, mid, channels, steps, normalization, activation))
        self.blocks = nn.Sequential()
        for _ in range(scale.block_repeats):
            self.blocks.append(
                Bottleneck(channels, width, normalization, activation)
                if node.block_fn == "bottleneck"
                else Residual(width, normalization, activation)
            )
        self.activation = ACTIVATIONS[activation]

    def forward(self, features: Mapping[int, Tensor], size: tuple[int, int]) -> Tensor:
        x = self.resample[0](features[self.parents[0]], size)
        for parent, resample in zip(self.parents[1:], self.resample[1:], strict=True):
            x = x + resample(features[parent], size)
        for dangling in self.merged:
            x = x + features[dangling]  # raw: same level and channels (official item 9)
        out: Tensor = self.blocks(self.activation(x))
        return out


class SpineNetBackbone(nn.Module):
    """A scale-permuted backbone: images `[B, H, W, 3]` -> `{level: [B, h, w, endpoint_filters]}`.

    Blocks that reach no output are not built. `scale.stem_stride` 2 leaves the stem's max pool out,
    so that a level has half its usual stride: `stride(level)`. Any H and W will do: a side is
    halved upwards at each level and upsampled maps are cropped.
    """

    def __init__(
        self,
        architecture: Architecture,
        scale: BackboneScale,
        *,
        normalization: str = "batch_norm",
        activation: str = "relu",
        zero_init: bool = False,
        min_level: int = 3,
        max_level: int = 7,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.levels = [v for v in architecture.output_levels if min_level <= v <= max_level]
        self.scale, self.out_channels = scale, scale.endpoint_filters
        nodes = live_nodes(architecture, self.levels)
        stem_levels = architecture.stem_levels[: built_stem_blocks(architecture, nodes)]
        # The chain's last two blocks are features 0 and 1, also where the last is not built.
        self.first_stem_feature = NUM_STEM_FEATURES - len(architecture.stem_levels)
        self.stem = Stem(stem_levels, scale, normalization, activation)
        self.blocks = nn.ModuleDict()
        self.output_features: dict[int, int] = {}  # level -> feature
        for node in nodes:
            self.blocks[str(node.feature)] = ScalePermutedBlock(
                node, architecture, scale, normalization, activation
            )
            if node.is_output and node.level in self.levels:
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
        return self.scale.stem_stride << (level - 2)

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


def live_nodes(architecture: Architecture, levels: list[int]) -> list[Node]:
    """The blocks that an endpoint of `levels` needs, in the order of construction."""
    nodes = resolve(architecture)
    needed = {n.feature for n in nodes if n.is_output and n.level in levels}
    for node in reversed(nodes):
        if node.feature in needed:
            needed.update((*node.parents, *node.merged))
    return [node for node in nodes if node.feature in needed]
