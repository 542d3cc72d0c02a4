"""Training a SpineNet as an image classifier (arXiv 1912.05027 section 5.5)."""

from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.backbones import make_backbone
from proxy_tasks.batches import batches
from proxy_tasks.checkpoint import TrainingState
from proxy_tasks.classifier import SpineNetClassifier
from proxy_tasks.classifier_recipe import ClassifierRecipe
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.detector import COLOUR_MEAN, COLOUR_STD
from proxy_tasks.device import check_device, torch_device
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.image_source import image_source
from proxy_tasks.picture_crops import RandomCrops, central_windows, crop
from proxy_tasks.precision import multiplying_in
from proxy_tasks.processes import process_count, process_rank, seed_own_generator
from proxy_tasks.recipe import DetectorRecipe, Fidelity, TrainingRecipe
from proxy_tasks.trainable import Trainable
from proxy_tasks.training import Training
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

MOST_IMAGES = 64  # scored at once
TOP = 5


class TrainedClassifier(SpineNetClassifier, Trainable):
    """A classifier of pixels `[B, H, W, 3]`, uint8 or 0..255, with its loss."""

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        backbone: SpineNetBackbone,
        num_classes: int,
        *,
        label_smoothing: float,
        precision: str,
        generator: torch.Generator,
    ) -> None:
        super().__init__(backbone, num_classes, generator=generator)
        self.label_smoothing, self.precision = label_smoothing, precision
        self.register_buffer("mean", torch.tensor(COLOUR_MEAN))
        self.register_buffer("std", torch.tensor(COLOUR_STD))

    def forward(self, images: Tensor) -> Tensor:
        with multiplying_in(self.precision, images.device):
            logits = super().forward((images.float() - self.mean) / self.std)
        return logits.float()

    def loss(self, images: Tensor, boxes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-entropy, and no box loss; `labels` are `[B, 1]`."""
        total = F.cross_entropy(
            self(images), labels[:, 0], reduction="sum", label_smoothing=self.label_smoothing
        )
        mean = total / (len(images) * process_count())
        return mean, torch.zeros_like(mean)


@dataclass(frozen=True)
class ClassificationTask:
    """A training of a classifier on pictures whose box is the picture (`load_class_folders`).

    Of `fidelity` the head's fields are of no effect. Raises MissingDevice.
    """

    data: DetectionData
    fidelity: Fidelity
    training: TrainingRecipe
    detector: DetectorRecipe
    classifier: ClassifierRecipe
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    device: DeviceRecipe = field(default_factory=DeviceRecipe)

    def __post_init__(self) -> None:
        """Raises MissingDevice."""
        check_device(self.device)

    def begin(
        self, body: Architecture | ResNetFpn, seed: int, state: TrainingState | None
    ) -> tuple[TrainedClassifier, Training]:
        """As `DetectionTask.begin`. Raises InvalidRecipe for what is no SpineNet."""
        torch.manual_seed(seed)
        network = self.build(body, seed)
        rank, count = process_rank(), process_count()
        seed_own_generator(seed)
        stream = batches(
            self.data.train,
            self.fidelity.batch_size,
            np.random.default_rng(seed),
            flip=self.augmentation.flip,
            images=image_source(self.data.train, torch_device(self.device)),
            skip=0 if state is None else state.step,
            part=(rank, count),
        )
        crops = RandomCrops(
            self.fidelity.image_size, self.augmentation, self.classifier, seed, rank
        )
        training = Training(
            network,
            stream,
            self.fidelity.steps,
            self.training,
            crops,
            cuda_graph=self.device.cuda_graph,
        )
        if state is not None:
            training.resume(state)
        return network, training

    def build(self, body: Architecture | ResNetFpn, seed: int) -> TrainedClassifier:
        """An untrained classifier whose weights are drawn from the seed. Raises InvalidRecipe."""
        generator = torch.Generator().manual_seed(seed)
        backbone = make_backbone(body, self.fidelity.backbone_scale(), self.detector, generator)
        if not isinstance(backbone, SpineNetBackbone):
            raise InvalidRecipe("a classifier is trained of a scale-permuted network: this is none")
        network = TrainedClassifier(
            backbone,
            self.data.train.num_classes,
            label_smoothing=self.classifier.label_smoothing,
            precision=self.fidelity.precision,
            generator=generator,
        ).to(torch_device(self.device))
        if self.device.name == "cuda":
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network

    @torch.no_grad()
    def scores(self, network: TrainedClassifier, *, test: bool = False) -> dict[str, float]:
        """`top1`, `top5`: shares of the reward split whose class is first, or among the first five.

        Of a central crop. There is no test split.
        """
        if test:
            return {}
        split = self.data.reward
        network.eval()
        device = torch_device(self.device)
        first = among = 0
        indices = [
            np.arange(at, min(at + MOST_IMAGES, len(split)))
            for at in range(0, len(split), MOST_IMAGES)
        ]
        for index, pictures in zip(
            indices, image_source(split, device).stream(indices), strict=True
        ):
            ranks = self._ranks(network, pictures, index, split)
            first += int((ranks == 0).sum())
            among += int((ranks < TOP).sum())
        return {"top1": first / len(split), "top5": among / len(split)}

    def _ranks(
        self,
        network: TrainedClassifier,
        pictures: Tensor,
        index: NDArray[np.int64],
        split: DetectionSplit,
    ) -> Tensor:
        """How many classes go before the right one: those of equal logits too."""
        device = pictures.device
        boxes = torch.from_numpy(split.boxes[index]).to(device)
        labels = torch.from_numpy(split.labels[index]).to(device)
        windows = central_windows(boxes, self.classifier.scored_crop)
        logits = network(crop(pictures, windows, self.fidelity.image_size))
        right = logits.gather(1, labels[:, None])
        before: Tensor = (logits >= right).sum(1) - 1
        return before
