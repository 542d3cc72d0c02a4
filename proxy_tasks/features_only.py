"""A backbone with the inputs and outputs that torch's detectors, timm's users and ONNX know."""

from torch import Tensor, nn

from proxy_tasks.backbone import SpineNetBackbone

# Of the official weights' images (ImageNet): R, G and B of 0 to 1.
IMAGE_MEAN = (0.485, 0.456, 0.406)
IMAGE_STD = (0.229, 0.224, 0.225)


class FeaturesOnly(nn.Module):
    """Images `[B, 3, H, W]` -> maps `[B, out_channels, h, w]` of each output level, finest first.

    Feed RGB, each channel less the mean and over the deviation of the data that it was trained on
    (IMAGE_MEAN and IMAGE_STD for the official weights). Any H and W will do: h = ceil(H /
    reduction), w alike. Choose the levels by the backbone's min_level and max_level.
    `feature_info` is a list of dicts with num_chs, reduction and module of each map, as timm's
    `features_only` models have them.
    """

    def __init__(self, backbone: SpineNetBackbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.out_channels = backbone.out_channels
        self.feature_info = [
            info | {"module": f"backbone.{info['module']}"} for info in backbone.feature_info
        ]

    def forward(self, images: Tensor) -> list[Tensor]:
        maps = self.backbone(images.permute(0, 2, 3, 1))
        return [maps[level].permute(0, 3, 1, 2) for level in self.backbone.levels]
