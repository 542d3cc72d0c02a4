"""The detector of a CPU preset as one writes it in plain PyTorch; `proxy_step.py` measures it.

NCHW, matching image by image; parameters named and 1x1 convolutions placed as in the project.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from proxy_tasks.recipe import LossScale, MatchScale
from search_space import Architecture, BackboneScale
from search_space.graph import Node, built_stem_blocks, resolve
from search_space.scale import HeadScale

Target = tuple[Tensor, Tensor]


def same_pad(x: Tensor, kernel: int, value: float = 0.0) -> Tensor:
    """What TensorFlow's SAME adds at stride 2."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        total = max((-(-size // 2) - 1) * 2 + kernel - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def group_norm(channels: int) -> nn.GroupNorm:
    groups = max(1, channels // 8)
    while channels % groups:
        groups -= 1
    return nn.GroupNorm(groups, channels, eps=1e-3)


class ConvNorm(nn.Module):
    """Convolution, group norm and, unless told otherwise, ReLU."""

    def __init__(
        self, before: int, after: int, kernel: int, stride: int = 1, relu: bool = True
    ) -> None:
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(before, after, kernel, stride, padding, bias=False)
        self.norm, self.relu = group_norm(after), relu

    def forward(self, x: Tensor) -> Tensor:
        if self.conv.stride[0] == 2:
            x = same_pad(x, self.conv.kernel_size[0])
        x = self.norm(self.conv(x))
        return F.relu(x) if self.relu else x


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 and a shortcut."""

    def __init__(self, before: int, width: int, stride: int = 1) -> None:
        super().__init__()
        after = 4 * width
        changes = stride > 1 or before != after
        self.shortcut = ConvNorm(before, after, 1, stride, relu=False) if changes else None
        self.conv1 = ConvNorm(before, width, 1)
        self.conv2 = ConvNorm(width, width, 3, stride)
        self.conv3 = ConvNorm(width, after, 1, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return F.relu(shortcut + self.conv3(self.conv2(self.conv1(x))))


class Residual(nn.Module):
    """3x3, 3x3 and a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = ConvNorm(width, width, 3)
        self.conv2 = ConvNorm(width, width, 3, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.conv2(self.conv1(x)))


class Resample(nn.Module):
    """A parent brought to the channels and size of its child."""

    def __init__(self, before: int, middle: int, after: int, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.reduce = ConvNorm(before, middle, 1)
        self.down = ConvNorm(middle, middle, 3, 2) if steps > 0 else None
        self.expand = ConvNorm(middle, after, 1, relu=False)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        x = self.reduce(x)
        if self.down is not None:
            x = self.down(x)
            for _ in range(self.steps - 1):
                x = F.max_pool2d(same_pad(x, 3, -torch.inf), 3, 2)
        if self.steps >= 0:
            return self.expand(x)
        factor = 2**-self.steps
        if (x.shape[2] * factor, x.shape[3] * factor) == size:
            return F.interpolate(self.expand(x), scale_factor=factor, mode="nearest")
        x = F.interpolate(x, scale_factor=factor, mode="nearest")
        return self.expand(x[:, :, : size[0], : size[1]])


class Block(nn.Module):
    """Resampled parents, their sum, then the blocks."""

    def __init__(self, node: Node, architecture: Architecture, scale: BackboneScale) -> None:
        super().__init__()
        self.node = node
        channels, width = scale.channels(node.level, node.block_fn), scale.filters(node.level)
        self.resample = nn.ModuleList()
        for parent in node.parents:
            level = architecture.feature_level(parent)
            before = scale.channels(level, architecture.feature_block_fn(parent))
            middle = scale.resample_filters(level)
            self.resample.append(Resample(before, middle, channels, node.level - level))
        make = Residual if node.block_fn == "residual" else lambda w: Bottleneck(channels, w)
        self.blocks = nn.Sequential(*(make(width) for _ in range(scale.block_repeats)))

    def forward(self, features: dict[int, Tensor], size: tuple[int, int]) -> Tensor:
        parents = zip(self.node.parents, self.resample, strict=True)
        x = sum(resample(features[parent], size) for parent, resample in parents)
        for merged in self.node.merged:
            x = x + features[merged]
        return self.blocks(F.relu(x))


class Stem(nn.Module):
    """7x7/2, max pool, bottlenecks."""

    def __init__(self, levels: tuple[int, ...], scale: BackboneScale) -> None:
        super().__init__()
        self.pooled = scale.stem_stride == 4
        self.conv = ConvNorm(3, scale.stem_filters, 7, 2)
        self.blocks = nn.ModuleList()
        channels, level = scale.stem_filters, 2
        for target in levels:
            width = scale.filters(target)
            blocks = [Bottleneck(channels, width, 2 ** (target - level))]
            blocks += [Bottleneck(4 * width, width) for _ in range(scale.block_repeats - 1)]
            self.blocks.append(nn.Sequential(*blocks))
            channels, level = 4 * width, target

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.conv(x)
        if self.pooled:
            x = F.max_pool2d(same_pad(x, 3, -torch.inf), 3, 2)
        features = []
        for block in self.blocks:
            x = block(x)
            features.append(x)
        return features


class Backbone(nn.Module):
    """Images `[B, 3, H, W]` -> `{level: [B, C, h, w]}`."""

    def __init__(self, architecture: Architecture, scale: BackboneScale) -> None:
        super().__init__()
        self.architecture, self.scale = architecture, scale
        nodes = [node for node in resolve(architecture) if node.live]
        built = built_stem_blocks(architecture, nodes)
        self.stem = Stem(architecture.stem_levels[:built], scale)
        self.first = 2 - len(architecture.stem_levels)
        self.blocks = nn.ModuleDict({str(n.feature): Block(n, architecture, scale) for n in nodes})
        self.outputs = {n.level: n.feature for n in nodes if n.is_output}
        self.endpoints = nn.ModuleDict()
        for level in sorted(self.outputs):
            fn = architecture.feature_block_fn(self.outputs[level])
            self.endpoints[str(level)] = ConvNorm(
                scale.channels(level, fn), scale.endpoint_filters, 1
            )

    def forward(self, images: Tensor) -> dict[int, Tensor]:
        features = dict(enumerate(self.stem(images), start=self.first))
        for name, block in self.blocks.items():
            size = self.scale.feature_size(block.node.level, tuple(images.shape[2:]))
            features[int(name)] = block(features, size)
        return {int(v): end(features[self.outputs[int(v)]]) for v, end in self.endpoints.items()}


class Tower(nn.Module):
    """The head's 3x3 convolutions, with norms for each level."""

    def __init__(self, levels: list[int], before: int, scale: HeadScale) -> None:
        super().__init__()
        widths = [before] + [scale.filters] * scale.num_convs
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(widths))
        self.norms = nn.ModuleDict(
            {str(v): nn.ModuleList(group_norm(scale.filters) for _ in self.convs) for v in levels}
        )

    def forward(self, x: Tensor, level: int) -> Tensor:
        for conv, norm in zip(self.convs, self.norms[str(level)], strict=True):
            x = F.relu(norm(conv(x)))
        return x


class Head(nn.Module):
    """RetinaNet's: logits `[B, A, classes]` and codes `[B, A, 4]`."""

    def __init__(self, levels: list[int], before: int, scale: HeadScale) -> None:
        super().__init__()
        self.num_classes = scale.num_classes
        towers = 1 if scale.shared_tower else 2
        self.towers = nn.ModuleList(Tower(levels, before, scale) for _ in range(towers))
        width = scale.filters if scale.num_convs else before
        kernel, anchors = scale.predictor_kernel, scale.anchors_per_cell
        outputs = (anchors * scale.num_classes, anchors * 4)
        self.classes, self.boxes = (
            nn.Conv2d(width, out, kernel, padding=kernel // 2) for out in outputs
        )

    def forward(self, features: dict[int, Tensor]) -> tuple[Tensor, Tensor]:
        logits, codes = [], []
        for level, x in sorted(features.items()):
            by_class = self.towers[0](x, level)
            by_box = by_class if len(self.towers) == 1 else self.towers[1](x, level)
            for found, predictor, tower, width in (
                (logits, self.classes, by_class, self.num_classes),
                (codes, self.boxes, by_box, 4),
            ):
                found.append(predictor(tower).permute(0, 2, 3, 1).reshape(len(x), -1, width))
        return torch.cat(logits, 1), torch.cat(codes, 1)


class PlainRetinaNet(nn.Module):
    """`images` `[B, 3, S, S]`, normalised, and a (boxes, labels) for each -> both losses."""

    def __init__(
        self,
        architecture: Architecture,
        scale: BackboneScale,
        head: HeadScale,
        anchors: Tensor,
        loss: LossScale,
        matching: MatchScale,
    ) -> None:
        super().__init__()
        self.backbone = Backbone(architecture, scale)
        levels = sorted(self.backbone.outputs)
        self.head = Head(levels, scale.endpoint_filters, head)
        self.anchors, self.scale, self.matching = anchors, loss, matching

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.head(self.backbone(images))

    def loss(self, images: Tensor, targets: list[Target]) -> tuple[Tensor, Tensor]:
        logits, codes = self(images)
        class_loss, box_loss, positives = [], [], 0
        for of_logits, of_codes, (boxes, labels) in zip(logits, codes, targets, strict=True):
            matched = self.match(boxes, labels)  # [A]: an object, -1 background, -2 ignored
            positive = matched >= 0
            wanted = torch.zeros_like(of_logits)
            wanted[positive, labels[matched[positive]]] = 1
            kept = matched != -2
            class_loss.append(self.focal(of_logits[kept], wanted[kept]).sum())
            codes_wanted = self.encode(boxes[matched[positive]], self.anchors[positive])
            huber = F.huber_loss(
                of_codes[positive], codes_wanted, reduction="none", delta=self.scale.huber_delta
            )
            box_loss.append(huber.mean(1).sum())
            positives += int(positive.sum())
        divisor = positives + 1
        box_weight = self.scale.box_weight
        return sum(class_loss) / divisor, box_weight * sum(box_loss) / divisor

    def focal(self, logits: Tensor, wanted: Tensor) -> Tensor:
        alpha, gamma = self.scale.focal_alpha, self.scale.focal_gamma
        p = torch.sigmoid(logits)
        entropy = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        p_wanted = p * wanted + (1 - p) * (1 - wanted)
        weight = alpha * wanted + (1 - alpha) * (1 - wanted)
        return weight * (1 - p_wanted) ** gamma * entropy

    def match(self, boxes: Tensor, labels: Tensor) -> Tensor:
        matched = torch.full((len(self.anchors),), -1)
        if len(labels) == 0:
            return matched
        low = torch.maximum(self.anchors[:, None, :2], boxes[None, :, :2])
        high = torch.minimum(self.anchors[:, None, 2:], boxes[None, :, 2:])
        shared = (high - low).clamp(min=0).prod(2)
        area, anchor_area = ((b[:, 2:] - b[:, :2]).prod(1) for b in (boxes, self.anchors))
        iou = shared / (area[None] + anchor_area[:, None] - shared)
        best, index = iou.max(1)
        matched[best >= self.matching.negative] = -2
        matched[best >= self.matching.positive] = index[best >= self.matching.positive]
        for number in reversed(range(len(labels))):  # an earlier object wins
            matched[iou[:, number].argmax()] = number
        return matched

    @staticmethod
    def encode(boxes: Tensor, anchors: Tensor) -> Tensor:
        size, anchor_size = boxes[:, 2:] - boxes[:, :2], anchors[:, 2:] - anchors[:, :2]
        shift = (boxes[:, :2] + size / 2 - anchors[:, :2] - anchor_size / 2) / anchor_size
        return torch.cat([shift, torch.log(size / anchor_size)], 1)
