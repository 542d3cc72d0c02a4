"""RetinaNet on a backbone: loss in training, detections in evaluation."""

from dataclasses import dataclass

import torch
from torch import Tensor

from proxy_tasks.anchors import make_anchors
from proxy_tasks.backbones import Backbone
from proxy_tasks.boxes import decode
from proxy_tasks.loss_terms import compiled_loss_terms, loss_terms
from proxy_tasks.nms import suppress
from proxy_tasks.precision import multiplying_in
from proxy_tasks.recipe import AnchorScale, DetectionLimits, LossScale, MatchScale
from proxy_tasks.retinanet_head import RetinaNetHead
from proxy_tasks.trainable import Trainable

# Mean and standard deviation of ImageNet's colours, in 0..255 (official input normalisation).
COLOUR_MEAN = (123.675, 116.28, 103.53)
COLOUR_STD = (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class BatchDetections:
    """Sorted by falling score; `[B, K, 4]`, `[B, K]`, `[B, K]`. A score of 0 means no detection."""

    boxes: Tensor
    scores: Tensor
    labels: Tensor


class Detector(Trainable):
    """A backbone, a head and their anchors. Images are `[B, H, W, 3]` RGB, uint8 or 0..255."""

    anchors: Tensor
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        backbone: Backbone,
        head: RetinaNetHead,
        anchors: AnchorScale,
        loss: LossScale,
        matching: MatchScale,
        limits: DetectionLimits,
        image_size: int,
        precision: str = "float32",
    ) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head
        self.loss_scale, self.matching, self.limits = loss, matching, limits
        self.image_size, self.precision = image_size, precision
        self.compile_loss = False  # see loss_terms.py
        strides = tuple(backbone.stride(level) for level in backbone.levels)
        self.register_buffer("anchors", make_anchors(anchors, strides, (image_size, image_size)))
        self.register_buffer("mean", torch.tensor(COLOUR_MEAN))
        self.register_buffer("std", torch.tensor(COLOUR_STD))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Class logits `[B, A, C]` and box codes `[B, A, 4]`, float32."""
        with multiplying_in(self.precision, images.device):
            features = self.backbone(self.normalized(images))
            logits, codes = self.head(features)
        return logits.float(), codes.float()

    def normalized(self, images: Tensor, out: Tensor | None = None) -> Tensor:
        """Pixels as the backbone takes them, float32."""
        return torch.sub(images.float(), self.mean, out=out).div_(self.std)

    def loss(self, images: Tensor, boxes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Class and weighted box loss; `boxes` `[B, G, 4]`, `labels` `[B, G]`, padded with -1."""
        logits, codes = self(images)
        return self.loss_of(logits, codes, boxes, labels)

    def loss_of(
        self, logits: Tensor, codes: Tensor, boxes: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        """As `loss`, of what the network said."""
        terms = compiled_loss_terms() if self.compile_loss else loss_terms
        return terms(self.anchors, boxes, labels, logits, codes, self.matching, self.loss_scale)

    @torch.no_grad()
    def detect(self, images: Tensor) -> BatchDetections:
        """The best `max_detections` of each image after per-class NMS, clipped to the image."""
        logits, codes = self(images)
        batch, _, classes = logits.shape
        scores = logits.sigmoid().flatten(1)  # [B, A * C]
        scores = scores * (scores > self.limits.score_threshold)
        top, index = scores.topk(min(self.limits.pre_nms_top_k, scores.shape[1]), sorted=True)
        anchor, labels = index // classes, index % classes
        row = torch.arange(batch, device=images.device)[:, None]
        boxes = decode(codes[row, anchor], self.anchors[anchor])
        boxes = boxes.clamp(0, self.image_size)
        top = top * suppress(boxes, labels, top, self.limits.nms_iou)
        best, order = top.topk(min(self.limits.max_detections, top.shape[1]), sorted=True)
        return BatchDetections(boxes[row, order], best, labels[row, order])
