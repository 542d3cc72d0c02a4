"""SpineNet as an image classifier (arXiv 1912.05027 section 5.5)."""

import torch
from torch import Tensor, nn

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.layers import resize_nearest

LINEAR_STD = 0.01  # official initial weights


class SpineNetClassifier(nn.Module):
    """Images `[B, H, W, 3]` -> logits `[B, num_classes]`, through the official head.

    P4 to P7 are brought to P3's size by nearest neighbour; the mean of the maps is pooled over the
    image and goes through one linear layer (tensorflow/tpu models/official/detection
    modeling/architecture/heads.py, aggregation "all"). Any H and W will do; the paper has 224.
    """

    def __init__(
        self,
        backbone: SpineNetBackbone,
        num_classes: int = 1000,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.linear = nn.Linear(backbone.out_channels, num_classes)
        nn.init.normal_(self.linear.weight, std=LINEAR_STD, generator=generator)
        nn.init.zeros_(self.linear.bias)

    def embed(self, images: Tensor) -> Tensor:
        """What the linear layer sees of each image: `[B, out_channels]`."""
        maps: dict[int, Tensor] = self.backbone(images)
        finest = min(maps)
        total = maps[finest]
        height, width = total.shape[1:3]
        for level, x in maps.items():
            if level > finest:
                total = total + resize_nearest(x, 2 ** (level - finest), height, width)
        return total.mean((1, 2)) / len(maps)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.linear(self.embed(images))
        return logits
