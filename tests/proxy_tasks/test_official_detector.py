"""Anchors, codes, targets, losses and NMS against fixtures of the official detector."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from proxy_tasks.anchors import make_anchors
from proxy_tasks.boxes import decode, encode
from proxy_tasks.losses import focal_loss
from proxy_tasks.matching import match
from proxy_tasks.recipe import AnchorScale


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
