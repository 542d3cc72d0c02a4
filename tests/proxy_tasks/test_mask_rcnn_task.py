"""Mask R-CNN is trained with masks that lie on their objects, and scored by them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.coco_data import load_coco
from proxy_tasks.detection_dataset import DetectionData
from proxy_tasks.detections import Detections
from proxy_tasks.errors import InvalidRecipe, ProxyTaskError
from proxy_tasks.full_training import Cadence, FullTraining
from proxy_tasks.image_source import MappedImages
from proxy_tasks.mask_rcnn_task import MaskRCNNTask, _encoded, _truth
from proxy_tasks.masked_batches import MaskAugmentation, indexed_batches
from proxy_tasks.pycocotools_scorer import Masks, pycocotools_curves
from proxy_tasks.recipe import AnchorScale, DetectionLimits, DetectorRecipe, TrainingRecipe
from proxy_tasks.torchvision_operators import load_torchvision
from search_space import SPINENET_49, MaskRCNNScale
from search_space.resnet_fpn import ResNetFpn
from tests.proxy_tasks.masked_folder import SIZE, masked_folder
from tests.proxy_tasks.tiny_task import TINY

HEADS = MaskRCNNScale(
    rpn_filters=16,
    box_convs=1,
    box_filters=16,
    box_hidden=32,
    mask_convs=1,
    mask_filters=16,
    proposals=20,
    masks=10,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> DetectionData:
    folder = masked_folder(tmp_path_factory.mktemp("data") / "coco")
    return load_coco(folder, SIZE, tmp_path_factory.mktemp("cache"), outlines=True)


@pytest.fixture(scope="module")
def task(data: DetectionData) -> MaskRCNNTask:
    try:
        load_torchvision()
    except ProxyTaskError as error:
        pytest.skip(str(error))
    return MaskRCNNTask(
        data=data,
        fidelity=replace(TINY, steps=4, batch_size=2),
        training=TrainingRecipe(1e-2),
        detector=DetectorRecipe("group_norm"),
        anchors=AnchorScale(3.0, 1, (0.5, 1.0, 2.0)),
        heads=HEADS,
        limits=DetectionLimits(),
        augmentation=AugmentationRecipe(scale_jitter=(0.7, 1.4)),
    )


@pytest.mark.parametrize("jitter", [(1.0, 1.0), (0.6, 1.8)])
def test_masks_lie_on_the_colours_of_their_objects(
    jitter: tuple[float, float], data: DetectionData
) -> None:
    split = data.train
    recipe = AugmentationRecipe(scale_jitter=jitter, shift=0.1 if jitter[1] > 1 else 0.0)
    augment = MaskAugmentation(split, recipe, seed=1)
    images = MappedImages(split)
    stream = indexed_batches(split, 4, 0, flip=True, images=images, skip=0, part=(0, 1))
    compared = 0
    for step in range(4):
        batch = augment(None, next(stream), step)
        for image, labels, masks in zip(batch.images, batch.labels, batch.masks, strict=True):
            kept = labels[labels >= 0].tolist()
            assert len(kept) == len(masks)
            for label, mask in zip(kept, masks.bool(), strict=True):
                other = 1 - label  # red, green
                colour = (image[..., label].float() > 127) & (image[..., other].float() < 60)
                if mask.sum() > 60:
                    compared += 1
                    assert (mask & colour).sum() / (mask | colour).sum() > 0.8
    assert compared > 10


def perfect(data: DetectionData) -> Detections:
    split = data.reward
    owners = np.repeat(np.arange(len(split)), np.diff(split.starts))
    return Detections(owners, split.boxes, np.ones(len(owners), np.float32), split.labels)


def test_the_objects_own_masks_have_an_ap_of_1(data: DetectionData) -> None:
    masks = Masks(_truth(data.reward), _truth(data.reward))
    found = pycocotools_curves(data.reward, perfect(data), areas=True, masks=masks).metrics()
    assert found["AP"] == found["AP75"] == found["AR"] == 1


def test_boxes_in_place_of_masks_fail_for_triangles_only(data: DetectionData) -> None:
    """A triangle is half of its box, so no IoU above 0.5; a rectangle is its box."""
    split = data.reward
    filled = np.zeros((len(split.boxes), SIZE, SIZE), np.uint8)
    for mask, (x1, y1, x2, y2) in zip(filled, split.boxes.round().astype(int), strict=True):
        mask[y1:y2, x1:x2] = 1
    masks = Masks(_truth(split), _encoded(filled))
    found = pycocotools_curves(split, perfect(data), masks=masks).metrics()
    assert found["AP75"] == pytest.approx(0.5)
    assert pycocotools_curves(split, perfect(data)).metrics()["AP75"] == 1


def test_a_training_that_stops_goes_on_to_the_same_bits(task: MaskRCNNTask, tmp_path: Path) -> None:
    def full(directory: Path) -> FullTraining:
        directory.mkdir(exist_ok=True)
        return FullTraining(task, SPINENET_49, 1, Cadence(4, 2, 2, 1), "tiny", directory)

    def stop(entry: Any) -> None:
        if entry["step"] == 4:
            raise KeyboardInterrupt

    whole, entry = full(tmp_path / "whole").run(lambda entry: None)
    assert {"AP", "APl", "mask_AP", "mask_APl"} <= set(entry)
    with pytest.raises(KeyboardInterrupt):
        full(tmp_path / "parts").run(stop)
    parts, _ = full(tmp_path / "parts").run(lambda entry: None)
    wanted = whole.state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in parts.state_dict().items())


def test_the_loss_of_a_resnet_fpn_falls_too(task: MaskRCNNTask) -> None:
    """Below 0.8 of the first step's; with seeds 0 to 3 it falls to 0.39 to 0.49 of it."""
    longer = replace(task, fidelity=replace(task.fidelity, steps=16))
    body = ResNetFpn((1, 1, 1, 1))
    with torch.random.fork_rng(devices=[]):
        _, training = longer.begin(body, 0, None)
        training.run(16)
    first, last = training.losses(0, 1), training.losses(12, 16)
    assert last.class_loss < 0.8 * first.class_loss


def test_maxup_is_refused(task: MaskRCNNTask) -> None:
    with pytest.raises(InvalidRecipe, match=r"augmentation\.maxup"):
        replace(task, augmentation=AugmentationRecipe(brightness=0.2, maxup=2))
