"""ResNet-FPN as a torch module: the baseline that scale-permuted backbones are measured against.

Source: arXiv 1512.03385, arXiv 1612.03144, and tensorflow/tpu models/official/detection
modeling/architecture resnet.py and fpn.py. Padding is SAME, as in the TensorFlow 2 re-release and
in our SpineNet; the first release pads its strided convolutions alike on both sides.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from proxy_tasks.blocks import Bottleneck
from proxy_tasks.initialization import initialize_convolutions, zero_last_norms
from proxy_tasks.layers import (
    NORMALIZATIONS,
    Conv,
    ConvNorm,
    PointwiseConv,
    check_settings,
    max_pool,
    resize_nearest,
)
from search_space.resnet_fpn import STAGE_LEVELS, ResNetFpn


class ResNet(nn.Module):
    """Images `[B, H, W, 3]` -> `{level: [B, h, w, 4C]}` for C2 to C5.

    A stage's first bottleneck has the stride on its 3x3 convolution and a projected shortcut.
    """

    def __init__(
        self, spec: ResNetFpn, normalization: str, activation: str, stochastic_depth: float
    ) -> None:
        super().__init__()
        self.pooled = spec.stem_stride == 4
        self.conv = ConvNorm(Conv(3, spec.stem_filters, 7, stride=2), normalization, activation)
        channels = spec.stem_filters
        self.stages = nn.ModuleDict()
        for level, depth in zip(STAGE_LEVELS, spec.depths, strict=True):
            stage = nn.Sequential()
            for position in range(depth):
                block = Bottleneck(
                    channels,
                    spec.filters(level),
                    normalization,
                    activation,
                    stride=2 if position == 0 and level > STAGE_LEVELS[0] else 1,
                    drop_rate=stochastic_depth * level / STAGE_LEVELS[-1],
                )
                stage.append(block)
                channels = spec.channels(level)
            self.stages[str(level)] = stage

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        x = self.conv(images)
        if self.pooled:
            x = max_pool(x)
        features = {}
        for level, stage in self.stages.items():
            x = stage(x)
            features[int(level)] = x
        return features


class FeaturePyramid(nn.Module):
    """Laterals and a top-down path to P5, 3x3/2 convolutions beyond, and a norm on every map.

    P6 is made of P5 before its norm, P7 of P6 after a ReLU. Maps are upsampled by nearest
    neighbour and cropped, so any image size will do.
    """

    def __init__(self, spec: ResNetFpn, normalization: str) -> None:
        super().__init__()
        filters = spec.fpn_filters
        top = STAGE_LEVELS[-1]
        self.laterals, self.convs, self.norms = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        for level in spec.levels:
            if level <= top:
                lateral = PointwiseConv(spec.channels(level), filters, bias=True)
                self.laterals[str(level)] = lateral
            stride = 1 if level <= top else 2
            self.convs[str(level)] = Conv(filters, filters, 3, stride=stride, bias=True)
            self.norms[str(level)] = NORMALIZATIONS[normalization](filters)

    def forward(self, features: Mapping[int, Tensor]) -> dict[int, Tensor]:
        laterals = {int(v): lateral(features[int(v)]) for v, lateral in self.laterals.items()}
        sums: dict[int, Tensor] = {}
        for level in sorted(laterals, reverse=True):  # top down
            x = laterals[level]
            if level + 1 in sums:
                x = x + resize_nearest(sums[level + 1], 2, x.shape[1], x.shape[2])
            sums[level] = x
        maps: dict[int, Tensor] = {}
        for name, conv in self.convs.items():
            level = int(name)
            if level in sums:
                maps[level] = conv(sums[level])
            else:
                below = maps[level - 1]
                maps[level] = conv(F.relu(below) if level - 1 not in sums else below)
        return {level: self.norms[str(level)](x) for level, x in maps.items()}


class ResNetFpnBackbone(nn.Module):
    """The baseline backbone: images `[B, H, W, 3]` -> `{level: [B, h, w, fpn_filters]}`.

    Speaks as `SpineNetBackbone` does (`levels`, `out_channels`, `stride`, `feature_info`), so the
    same heads and detectors take it. `stochastic_depth` is the drop rate in C5; a stage at level l
    has l / 5 of it. `zero_init` starts every bottleneck as the identity.
    """

    def __init__(
        self,
        spec: ResNetFpn,
        *,
        normalization: str = "batch_norm",
        activation: str = "relu",
        stochastic_depth: float = 0.0,
        zero_init: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_settings(normalization, activation, stochastic_depth)
        self.spec = spec
        self.levels, self.out_channels = spec.levels, spec.fpn_filters
        self.resnet = ResNet(spec, normalization, activation, stochastic_depth)
        self.pyramid = FeaturePyramid(spec, normalization)
        initialize_convolutions(self, generator)
        if zero_init:
            zero_last_norms(self)

    def stride(self, level: int) -> int:
        """Pixels of the input per cell of a level's map."""
        return self.spec.stem_stride << (level - 2)

    @property
    def feature_info(self) -> list[dict[str, int | str]]:
        """What timm's `features_only` models say of each map, finest first."""
        return [
            {
                "num_chs": self.out_channels,
                "reduction": self.stride(v),
                "module": f"pyramid.norms.{v}",
            }
            for v in self.levels
        ]

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        maps: dict[int, Tensor] = self.pyramid(self.resnet(images))
        return maps
