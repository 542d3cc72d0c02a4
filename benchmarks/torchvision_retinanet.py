"""torchvision's RetinaNet on one of our backbones, fed by a DataLoader: what others would write.

Same backbone, head, anchors, picture size and batch size as a preset's detector, in bf16 and
channels_last, with the fused AdamW; mirrored at random, without scale jitter.
"""

import os
import time
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, RandomSampler

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.torchvision_operators import load_torchvision
from search_space import SPINENET_49

MOST_READERS = 8
ENDLESS = 10**7
Sample = tuple[Tensor, dict[str, Tensor]]


class Maps(nn.Module):
    """A backbone as torchvision's detectors take it: NCHW, maps by name."""

    def __init__(self, backbone: SpineNetBackbone) -> None:
        super().__init__()
        self.backbone, self.out_channels = backbone, backbone.out_channels

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        maps = self.backbone(images.permute(0, 2, 3, 1))
        return OrderedDict((str(level), m.permute(0, 3, 1, 2)) for level, m in maps.items())


class Pictures(Dataset[Sample]):
    """Picture after picture as floats in 0..1, CHW, each mirrored with probability 1/2."""

    def __init__(self, split: DetectionSplit) -> None:
        self.split = split

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, index: int) -> Sample:
        picture = (
            torch.from_numpy(np.array(self.split.images[index])).permute(2, 0, 1).float() / 255
        )
        boxes, labels = (torch.from_numpy(v) for v in self.split.targets(index))
        if torch.rand(()) < 0.5:
            x1, y1, x2, y2 = boxes.unbind(1)
            width = picture.shape[2]
            picture, boxes = picture.flip(2), torch.stack([width - x2, y1, width - x1, y2], 1)
        return picture, {"boxes": boxes, "labels": labels}


def make_model(task: DetectionTask) -> nn.Module:
    """Raises MissingExtra where torchvision does not load."""
    load_torchvision()
    from torchvision.models.detection.anchor_utils import AnchorGenerator
    from torchvision.models.detection.retinanet import RetinaNet, RetinaNetHead

    detector, anchors = task.build(SPINENET_49, 0), task.anchors
    backbone, size = detector.backbone, task.fidelity.image_size
    assert isinstance(backbone, SpineNetBackbone)
    octaves = [2 ** (i / anchors.octaves) for i in range(anchors.octaves)]
    sizes = tuple(
        tuple(anchors.size * backbone.stride(level) * octave for octave in octaves)
        for level in backbone.levels
    )
    classes = task.data.train.num_classes
    model: nn.Module = RetinaNet(
        Maps(backbone),
        classes,
        min_size=size,
        max_size=size,
        anchor_generator=AnchorGenerator(sizes, (tuple(anchors.ratios),) * len(sizes)),
        head=RetinaNetHead(
            backbone.out_channels, anchors.per_cell, classes, norm_layer=nn.BatchNorm2d
        ),
    )
    return model


def step_seconds(task: DetectionTask, warm_up: int, steps: int) -> float:
    """Seconds a training step, over `steps` behind `warm_up` that are not timed."""
    name = task.device.name
    model = make_model(task).to(name).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    split = task.data.train
    readers = 0 if name == "cpu" else min(MOST_READERS, os.cpu_count() or 1)
    loader = DataLoader(
        Pictures(split),
        task.fidelity.batch_size,
        sampler=RandomSampler(split, replacement=True, num_samples=ENDLESS),
        num_workers=readers,
        pin_memory=name == "cuda",
        collate_fn=list,
    )
    began = 0.0
    for step, samples in enumerate(loader):
        if step in (warm_up, warm_up + steps):
            if name == "cuda":
                torch.cuda.synchronize()
            if step > warm_up:
                break
            began = time.perf_counter()
        pictures = [picture.to(name, non_blocking=True) for picture, _ in samples]
        targets = [{key: v.to(name, non_blocking=True) for key, v in t.items()} for _, t in samples]
        with torch.autocast(name, torch.bfloat16):
            losses = model(pictures, targets)
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
    return (time.perf_counter() - began) / steps
