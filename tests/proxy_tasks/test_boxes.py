import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from proxy_tasks.boxes import decode, encode, pairwise_iou


def random_boxes(rng: np.random.Generator, count: int) -> torch.Tensor:
    low = rng.uniform(0, 50, (count, 2))
    return torch.from_numpy(np.concatenate([low, low + rng.uniform(1, 40, (count, 2))], 1))


@given(st.integers(0, 10**6))
@settings(deadline=None)
def test_iou_equals_that_of_pycocotools(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = random_boxes(rng, 5), random_boxes(rng, 7)
    xywh = [torch.cat([x[:, :2], x[:, 2:] - x[:, :2]], 1).numpy() for x in (a, b)]
    expected = coco_mask.iou(xywh[0], xywh[1], [0] * 7)
    np.testing.assert_allclose(pairwise_iou(a, b).numpy(), expected, rtol=1e-9, atol=1e-12)


@given(st.integers(0, 10**6))
@settings(deadline=None)
def test_decode_inverts_encode(seed: int) -> None:
    rng = np.random.default_rng(seed)
    boxes, anchors = random_boxes(rng, 6), random_boxes(rng, 6)
    found = decode(encode(boxes, anchors), anchors)
    torch.testing.assert_close(found, boxes, rtol=0, atol=1e-5)  # sizes carry an epsilon of 1e-8


def test_an_empty_box_overlaps_nothing() -> None:
    empty = torch.tensor([[3.0, 3.0, 3.0, 9.0]])
    assert pairwise_iou(empty, empty).item() == 0


def test_decode_caps_the_growth_of_a_box() -> None:
    anchor = torch.tensor([[0.0, 0.0, 16.0, 16.0]])
    box = decode(torch.tensor([[0.0, 0.0, 50.0, 50.0]]), anchor)
    torch.testing.assert_close(box[0, 2] - box[0, 0], torch.tensor(1000.0))
