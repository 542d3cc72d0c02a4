"""Anchors, codes, targets, losses, NMS and head against fixtures of the official detector."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from proxy_tasks.anchors import make_anchors
from proxy_tasks.boxes import decode, encode
from proxy_tasks.losses import detection_loss, focal_loss
from proxy_tasks.matching import BACKGROUND, IGNORED, Targets, match
from proxy_tasks.nms import suppress
from proxy_tasks.recipe import AnchorScale, LossScale
from proxy_tasks.retinanet_head import RetinaNetHead
from search_space import HeadScale


@pytest.fixture(scope="module")
def official(shared: Path) -> Any:
    path = shared / "reference" / "parity" / "detector.npz"
    if not path.is_file():
        pytest.skip("no official fixtures beside this checkout")
    return np.load(path)


def xyxy(yxyx: np.ndarray) -> torch.Tensor:
    """The official order is y1 x1 y2 x2."""
    return torch.from_numpy(yxyx[..., [1, 0, 3, 2]])


def all_anchors() -> torch.Tensor:
    return make_anchors(AnchorScale(size=4.0), (8, 16, 32, 64, 128), (256, 256))


def test_anchors_equal_the_official_ones(official: Any) -> None:
    expected = xyxy(official["anchors/flat"])
    torch.testing.assert_close(all_anchors(), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("case", ["random12", "hard", "same_best_anchor", "empty"])
@pytest.mark.parametrize(("tag", "negative"), [("05_05", 0.5), ("05_04", 0.4)])
def test_targets_equal_the_official_ones(
    official: Any, case: str, tag: str, negative: float
) -> None:
    boxes = xyxy(official[f"targets/{case}/gt_boxes"])[None]
    labels = torch.from_numpy(official[f"targets/{case}/gt_labels"]).long().reshape(1, -1)
    targets = match(all_anchors(), boxes, labels, positive=0.5, negative=negative)
    ours = targets.labels[0].numpy()
    classes = official[f"targets/{case}/{tag}/cls"].reshape(-1)
    assert (np.where(ours >= 0, ours, -1) == classes).all()
    weights = official[f"targets/{case}/{tag}/cls_weight"].reshape(-1)
    assert ((ours != -2) == (weights > 0)).all()
    positive = ours >= 0
    codes = official[f"targets/{case}/{tag}/box"][..., [1, 0, 3, 2]]
    np.testing.assert_allclose(targets.codes[0].numpy()[positive], codes[positive], atol=1e-4)


@pytest.mark.parametrize("gamma", [1.5, 2.0])
def test_focal_loss_equals_the_official_one(official: Any, gamma: float) -> None:
    logits = torch.from_numpy(official["focal/logits"])
    classes = torch.from_numpy(official["focal/class_ids"]).long().reshape(logits.shape[:-1])
    one_hot = torch.nn.functional.one_hot(classes.clamp(min=0), logits.shape[-1])
    one_hot = one_hot * (classes >= 0)[..., None]
    expected = torch.from_numpy(official[f"focal/a0.25_g{gamma}"]).reshape(logits.shape)
    torch.testing.assert_close(focal_loss(logits, one_hot, 0.25, gamma), expected)


def test_codes_equal_the_official_ones(official: Any) -> None:
    boxes, anchors = xyxy(official["coder/boxes"]), xyxy(official["coder/anchors"])
    expected = xyxy(official["coder/encoded"])
    torch.testing.assert_close(encode(boxes, anchors), expected, rtol=1e-4, atol=1e-4)
    raw = xyxy(official["coder/raw"])
    torch.testing.assert_close(
        decode(raw, anchors), xyxy(official["coder/decoded"]), rtol=1e-4, atol=1e-3
    )


def test_rectangular_images_have_the_official_anchors(official: Any) -> None:
    scale = AnchorScale(size=3.0, octaves=2, ratios=(1.0, 2.0))
    ours = make_anchors(scale, (8, 16, 32), (128, 192))
    prefix = "anchors_rect_128x192_size3_2scales_ar1_2"
    theirs = [xyxy(official[f"{prefix}/{level}"].reshape(-1, 4)) for level in (3, 4, 5)]
    torch.testing.assert_close(ours, torch.cat(theirs), rtol=0, atol=1e-4)


def test_both_losses_equal_the_official_ones(official: Any) -> None:
    """The fixture draws classes and box weights apart: some anchors have a class but no box."""
    logits = torch.from_numpy(official["loss/logits"])
    codes = torch.from_numpy(official["loss/box_pred"])
    wanted = torch.from_numpy(official["loss/box_true"])
    classes = torch.from_numpy(official["loss/class_ids"]).long()  # -1 is background
    positive = torch.from_numpy(official["loss/box_weight"]) > 0
    counted = torch.from_numpy(official["loss/cls_weight"]) > 0

    labels = torch.where(positive, classes, BACKGROUND)
    _, box_loss = detection_loss(logits, codes, Targets(labels, wanted), LossScale(box_weight=1))
    torch.testing.assert_close(box_loss, torch.tensor(float(official["loss/box_loss"])))

    labels = torch.where(counted, classes, IGNORED)
    class_loss, _ = detection_loss(logits, codes, Targets(labels, wanted), LossScale())
    ours, theirs = (labels >= 0).sum() + 1, positive.sum() + 1  # what each divides by
    expected = torch.tensor(float(official["loss/cls_loss"]))
    torch.testing.assert_close(class_loss * ours / theirs, expected)


def test_suppression_keeps_the_official_detections(official: Any) -> None:
    """Class 0 is the official background: it is dropped before NMS and ids count from 1 after."""
    levels = (3, 4, 5, 6, 7)
    scores = np.concatenate([official[f"nms/raw_scores/{v}"].reshape(2, -1, 7) for v in levels], 1)
    codes = np.concatenate([official[f"nms/raw_boxes/{v}"].reshape(2, -1, 4) for v in levels], 1)
    probabilities = torch.from_numpy(scores)[..., 1:].sigmoid()
    shape = torch.from_numpy(official["nms/image_shape"])  # height, width of each image
    limit = shape[:, [1, 0, 1, 0]][:, None]
    boxes = decode(xyxy(codes), all_anchors()).clamp(min=0).minimum(limit)
    top, index = (probabilities * (probabilities > 0.05)).flatten(1).topk(3000)
    row = torch.arange(2)[:, None]
    labels = index % 6
    keep = suppress(boxes[row, index // 6], labels, top, 0.5)
    for image in range(2):
        kept = keep[image].nonzero().flatten()[:100]
        count = int(official["nms/v2/num_detections"][image])
        assert len(kept) == count
        expected = torch.from_numpy(official["nms/v2/detection_scores"][image, :count])
        torch.testing.assert_close(top[image, kept], expected, rtol=1e-5, atol=1e-6)
        classes = official["nms/v2/detection_classes"][image, :count]
        assert (labels[image, kept].numpy() + 1 == classes).all()
        found = boxes[image, index[image, kept] // 6]
        reference = xyxy(official["nms/v2/detection_boxes"][image, :count])
        torch.testing.assert_close(found, reference, rtol=0, atol=1e-3)


def test_the_head_equals_the_official_one(official: Any) -> None:
    scale = HeadScale(num_convs=2, filters=16, num_classes=7, anchors_per_cell=9)
    head = RetinaNetHead([3, 4, 5], 12, scale).eval()
    weights = {k.removeprefix("head/w/"): official[k] for k in official.files if "head/w/" in k}

    def load(layer: torch.nn.Module, name: str, leaves: dict[str, str]) -> None:
        for attribute, leaf in leaves.items():
            value = torch.from_numpy(weights[f"{name}/{leaf}"])
            value = value.permute(3, 2, 0, 1) if value.ndim == 4 else value
            getattr(layer, attribute).data.copy_(value)

    conv = {"weight": "kernel", "bias": "bias"}
    norm = {
        "weight": "gamma",
        "bias": "beta",
        "running_mean": "moving_mean",
        "running_var": "moving_variance",
    }
    for tower, net in zip(head.towers, ("classnet", "boxnet"), strict=True):
        for k in range(2):
            load(tower.convs[k], f"{net}-conv_{k}", conv)
            for level in (3, 4, 5):
                load(tower.norms[str(level)][k], f"{net}-conv-norm_{level}_{k}", norm)
    load(head.classes, "scores", conv)
    load(head.boxes, "boxes", conv)
    with torch.no_grad():
        logits, codes = head({v: torch.from_numpy(official[f"head/in/{v}"]) for v in (3, 4, 5)})
    scores = [official[f"head/scores/{v}"].reshape(2, -1, 7) for v in (3, 4, 5)]
    boxes = [official[f"head/boxes/{v}"].reshape(2, -1, 4) for v in (3, 4, 5)]
    torch.testing.assert_close(
        logits, torch.from_numpy(np.concatenate(scores, 1)), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(
        codes, torch.from_numpy(np.concatenate(boxes, 1)), rtol=1e-4, atol=1e-5
    )
