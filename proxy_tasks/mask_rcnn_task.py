"""Training Mask R-CNN (arXiv 1912.05027 section 5.2), by torchvision's losses."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pycocotools import mask as coco_mask
from torch import Tensor, nn

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.backbones import make_backbone
from proxy_tasks.batches import Batch
from proxy_tasks.checkpoint import TrainingState
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.detections import Detections
from proxy_tasks.device import check_device, torch_device
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.errors import Diverged, InvalidRecipe
from proxy_tasks.image_source import image_source
from proxy_tasks.mask_rcnn import make_mask_rcnn
from proxy_tasks.masked_batches import MaskAugmentation, MaskedBatch, indexed_batches
from proxy_tasks.precision import multiplying_in
from proxy_tasks.processes import (
    process_count,
    process_rank,
    seed_own_generator,
    sum_over_processes,
)
from proxy_tasks.pycocotools_scorer import Masks, pycocotools_curves
from proxy_tasks.recipe import (
    AnchorScale,
    DetectionLimits,
    DetectorRecipe,
    Fidelity,
    TrainingRecipe,
)
from proxy_tasks.trainable import Trainable
from proxy_tasks.training import Training
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn
from search_space.scale import MaskRCNNScale

MOST_IMAGES = 8  # scored at once
INSIDE = 0.5  # of a pixel's probability, from which on it is of the mask
Rle = dict[str, Any]


class TrainedMaskRCNN(Trainable):
    """torchvision's Mask R-CNN of pixels `[B, S, S, 3]`, 0..255, with the loss of a batch."""

    def __init__(self, model: nn.Module, precision: str) -> None:
        super().__init__()
        self.model, self.precision = model, precision

    def batch_loss(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Losses of classes, objectness and masks; losses of boxes."""
        assert isinstance(batch, MaskedBatch)
        kept = [labels >= 0 for labels in batch.labels]
        objects = (batch.labels >= 0).sum()
        if not sum_over_processes(objects):  # no batch norm of a crop's head would see one
            nothing = sum(p.sum() for p in self.parameters()) * 0.0
            return torch.as_tensor(nothing), torch.zeros_like(torch.as_tensor(nothing))
        targets = [
            {"boxes": boxes[rows], "labels": labels[rows] + 1, "masks": masks}
            for boxes, labels, rows, masks in zip(
                batch.boxes, batch.labels, kept, batch.masks, strict=True
            )
        ]
        with multiplying_in(self.precision, batch.images.device):
            losses = self.model(_channels_first(batch.images), targets)
        # Each process's losses are of what it sampled itself; their mean is not the whole batch's.
        count = process_count()
        of_boxes = losses["loss_box_reg"] + losses["loss_rpn_box_reg"]
        return (sum(losses.values()) - of_boxes) / count, of_boxes / count

    def forward(self, images: Tensor) -> list[dict[str, Tensor]]:
        """In evaluation, torchvision's findings of each picture."""
        with multiplying_in(self.precision, images.device):
            found: list[dict[str, Tensor]] = self.model(_channels_first(images))
        return found

    def trained_backbone(self) -> nn.Module:
        return self.model.get_submodule("backbone.backbone")


@dataclass(frozen=True)
class MaskRCNNTask:
    """A training of Mask R-CNN on splits with outlines (`load_coco(..., outlines=True)`).

    Of `fidelity` the head's fields are of no effect; `heads` are widths, the number of classes
    is the data's. Raises MissingDevice, InvalidRecipe.
    """

    data: DetectionData
    fidelity: Fidelity
    training: TrainingRecipe
    detector: DetectorRecipe
    anchors: AnchorScale
    heads: MaskRCNNScale
    limits: DetectionLimits
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    device: DeviceRecipe = field(default_factory=DeviceRecipe)

    def __post_init__(self) -> None:
        """Raises MissingDevice, InvalidRecipe."""
        check_device(self.device)
        if self.augmentation.maxup > 1:
            raise InvalidRecipe("augmentation.maxup: Mask R-CNN is trained without; give 1")

    def begin(
        self, body: Architecture | ResNetFpn, seed: int, state: TrainingState | None
    ) -> tuple[TrainedMaskRCNN, Training]:
        """As `DetectionTask.begin`."""
        torch.manual_seed(seed)
        network = self.build(body, seed)
        seed_own_generator(seed)
        stream = indexed_batches(
            self.data.train,
            self.fidelity.batch_size,
            seed,
            flip=self.augmentation.flip,
            images=image_source(self.data.train, torch_device(self.device)),
            skip=0 if state is None else state.step,
            part=(process_rank(), process_count()),
        )
        augmentation = MaskAugmentation(self.data.train, self.augmentation, seed, process_rank())
        training = Training(network, stream, self.fidelity.steps, self.training, augmentation)
        if state is not None:
            training.resume(state)
        return network, training

    def build(self, body: Architecture | ResNetFpn, seed: int) -> TrainedMaskRCNN:
        """An untrained network whose weights are drawn from the seed. Raises MissingExtra."""
        generator = torch.Generator().manual_seed(seed)
        backbone = make_backbone(body, self.fidelity.backbone_scale(), self.detector, generator)
        model = make_mask_rcnn(
            backbone,
            replace(self.heads, num_classes=self.data.train.num_classes + 1),
            image_size=self.fidelity.image_size,
            anchors=self.anchors,
            normalization=self.detector.normalization,
            activation=self.detector.activation,
            generator=generator,
            box_score_thresh=self.limits.score_threshold,
            box_nms_thresh=self.limits.nms_iou,
        )
        return TrainedMaskRCNN(model, self.fidelity.precision).to(torch_device(self.device))

    def scores(self, network: TrainedMaskRCNN, *, test: bool = False) -> dict[str, float]:
        """COCO's twelve metrics of boxes, and of masks as `mask_AP` and so on, by pycocotools."""
        split = self.data.test if test else self.data.reward
        if split is None:
            return {}
        found, masks = self._detect(network, split)
        boxes = pycocotools_curves(split, found, areas=True).metrics()
        of_masks = pycocotools_curves(
            split, found, areas=True, masks=Masks(_truth(split), masks)
        ).metrics()
        prefix = "test_" if test else ""
        return {f"{prefix}{name}": value for name, value in boxes.items()} | {
            f"{prefix}mask_{name}": value for name, value in of_masks.items()
        }

    @torch.no_grad()
    def _detect(
        self, network: TrainedMaskRCNN, split: DetectionSplit
    ) -> tuple[Detections, list[Rle]]:
        """What it finds on all pictures, and the mask of each. Raises Diverged."""
        network.eval()
        steps = range(0, len(split), MOST_IMAGES)
        indices = [np.arange(at, min(at + MOST_IMAGES, len(split))) for at in steps]
        parts: list[tuple[int, dict[str, Tensor]]] = []
        masks: list[Rle] = []
        pictures = image_source(split, torch_device(self.device)).stream(indices)
        for index, images in zip(indices, pictures, strict=True):
            for number, found in zip(index.tolist(), network(images), strict=True):
                masks += _encoded((found.pop("masks")[:, 0] > INSIDE).cpu().numpy())
                parts.append((number, {name: value.cpu() for name, value in found.items()}))
        counts = [len(found["scores"]) for _, found in parts]
        boxes, scores, labels = (
            torch.cat([found[name] for _, found in parts]) for name in ("boxes", "scores", "labels")
        )
        if not (boxes.isfinite().all() and scores.isfinite().all()):
            raise Diverged("the trained network gives boxes or scores that are not numbers")
        owners = np.repeat([number for number, _ in parts], counts).astype(np.int64)
        return Detections(
            owners, boxes.float().numpy(), scores.float().numpy(), labels.numpy() - 1
        ), masks


def _channels_first(images: Tensor) -> list[Tensor]:
    """As torchvision takes them, 0..1."""
    return list((images.float() / 255).permute(0, 3, 1, 2))


def _truth(split: DetectionSplit) -> list[Rle]:
    """The masks of all objects; of a crowd without an outline, its box."""
    assert split.outlines is not None
    size = split.image_size
    masks = []
    for outline, (x1, y1, x2, y2) in zip(split.outlines, split.boxes.tolist(), strict=True):
        if outline is not None:
            masks.append(outline.drawn(size))
            continue
        box = np.zeros((size, size), np.uint8)
        box[round(y1) : round(y2), round(x1) : round(x2)] = 1
        masks.append(box)
    return _encoded(np.stack(masks))


def _encoded(masks: NDArray[Any]) -> list[Rle]:
    columns = np.asfortranarray(masks.astype(np.uint8).transpose(1, 2, 0))  # [S, S, K]
    encoded: list[Rle] = coco_mask.encode(columns)
    return encoded
