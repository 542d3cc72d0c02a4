"""The proxy task of a search: train a small RetinaNet on one backbone and return its AP."""

import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from proxy_tasks.backbones import make_backbone
from proxy_tasks.batches import batches
from proxy_tasks.coco_evaluation import Detections, average_precision
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.detector import Detector
from proxy_tasks.errors import Diverged
from proxy_tasks.latency import latency_ms
from proxy_tasks.malloc import keep_freed_memory
from proxy_tasks.recipe import (
    AnchorScale,
    DetectionLimits,
    DetectorRecipe,
    Fidelity,
    LossScale,
    MatchScale,
    TrainingRecipe,
)
from proxy_tasks.retinanet_head import RetinaNetHead
from proxy_tasks.training import train
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

EVALUATION_BATCH = 50
ONE_IMAGE = np.arange(1)


@dataclass(frozen=True)
class DetectionTask:
    """Everything that is equal for all candidates of a search. Its data are shared, not copied.

    `device`: a torch device. One evaluation is deterministic on CPU given architecture and seed.
    """

    METRICS: ClassVar[tuple[str, ...]] = (
        *("AP", "AP50", "AP75", "AR", "class_loss", "box_loss"),
        *("seconds", "cpu_seconds", "latency_ms"),
    )

    data: DetectionData
    fidelity: Fidelity
    training: TrainingRecipe
    detector: DetectorRecipe
    anchors: AnchorScale
    matching: MatchScale
    loss: LossScale
    limits: DetectionLimits
    device: str = "cpu"

    def evaluate(self, architecture: Architecture | ResNetFpn, seed: int) -> dict[str, float]:
        """Train on the train split and score on the reward split; a ResNet-FPN is for comparison.

        `AP`, `AP50`, `AP75` and `AR` are in 0..1 (COCO, mean over IoU 0.50:0.95 but for AP50 and
        AP75); `class_loss` and `box_loss` are means of the second half of training; `seconds` and
        `cpu_seconds` cover training and evaluation; `latency_ms` is what one image then takes
        (`proxy_tasks/latency.py`). Times differ from run to run. Raises Diverged.
        """
        keep_freed_memory()
        wall, cpu = time.perf_counter(), time.process_time()
        rng = np.random.default_rng(seed)
        stream = batches(self.data.train, self.fidelity.batch_size, rng, flip=self.training.flip)
        # Stochastic depth, and torch when it makes a layer, draw from the global generator.
        with torch.random.fork_rng(devices=self._gpus()):
            torch.manual_seed(seed)
            detector = self.build(architecture, seed)
            losses = train(detector, stream, self.fidelity.steps, self.training)
        metrics = average_precision(self.data.reward, self.detect(detector, self.data.reward))
        return {
            **metrics,
            "class_loss": losses.class_loss,
            "box_loss": losses.box_loss,
            "seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "latency_ms": latency_ms(detector, torch.from_numpy(self.data.reward.batch(ONE_IMAGE))),
        }

    def _gpus(self) -> list[torch.device]:
        device = torch.device(self.device)
        return [device] if device.type == "cuda" else []

    def build(self, body: Architecture | ResNetFpn, seed: int) -> Detector:
        """An untrained detector whose weights are drawn from the seed."""
        recipe, fidelity = self.detector, self.fidelity
        generator = torch.Generator().manual_seed(seed)
        backbone = make_backbone(body, fidelity.backbone_scale(), recipe, generator)
        head = RetinaNetHead(
            backbone.levels,
            backbone.out_channels,
            fidelity.head_scale(
                num_classes=self.data.train.num_classes, anchors_per_cell=self.anchors.per_cell
            ),
            normalization=recipe.normalization,
            activation=recipe.activation,
            generator=generator,
        )
        detector = Detector(
            backbone,
            head,
            self.anchors,
            self.loss,
            self.matching,
            self.limits,
            self.data.train.image_size,
        )
        return detector.to(self.device)

    def detect(self, detector: Detector, split: DetectionSplit) -> Detections:
        """Detections on every image of a split. Raises Diverged when one is not a number."""
        detector.eval()
        parts: list[tuple[np.ndarray, ...]] = []
        for start in range(0, len(split), EVALUATION_BATCH):
            index = np.arange(start, min(start + EVALUATION_BATCH, len(split)))
            found = detector.detect(torch.from_numpy(split.batch(index)).to(self.device))
            if not (found.scores.isfinite().all() and found.boxes.isfinite().all()):
                raise Diverged("the trained detector gives boxes or scores that are not numbers")
            image, rank = (found.scores > 0).nonzero(as_tuple=True)
            parts.append(
                (
                    image.cpu().numpy() + start,
                    found.boxes[image, rank].cpu().numpy(),
                    found.scores[image, rank].cpu().numpy(),
                    found.labels[image, rank].cpu().numpy(),
                )
            )
        return Detections(*(np.concatenate(column) for column in zip(*parts, strict=True)))
