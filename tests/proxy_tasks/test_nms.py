import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks.boxes import pairwise_iou
from proxy_tasks.nms import suppress


def greedy(boxes: torch.Tensor, labels: torch.Tensor, scores: torch.Tensor, iou: float) -> list:
    """The textbook loop."""
    kept: list[int] = []
    for i in range(len(boxes)):
        rivals = [j for j in kept if labels[j] == labels[i]]
        free = all(pairwise_iou(boxes[i : i + 1], boxes[j : j + 1]).item() <= iou for j in rivals)
        if scores[i] > 0 and free:
            kept.append(i)
    return kept


@given(seed=st.integers(0, 10**6), threshold=st.sampled_from([0.1, 0.3, 0.5, 0.9]))
@settings(deadline=None)
def test_suppression_equals_the_greedy_loop(seed: int, threshold: float) -> None:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 20, (2, 15, 2))
    boxes = torch.from_numpy(np.concatenate([low, low + rng.uniform(4, 20, (2, 15, 2))], 2))
    labels = torch.from_numpy(rng.integers(0, 2, (2, 15)))
    scores = torch.from_numpy(-np.sort(-rng.choice([0.0, 0.3, 0.9], (2, 15)), axis=1))
    keep = suppress(boxes, labels, scores, threshold)
    for i in range(2):
        found = keep[i].nonzero().flatten().tolist()
        assert found == greedy(boxes[i], labels[i], scores[i], threshold)


def test_a_suppressed_box_suppresses_nothing() -> None:
    boxes = torch.tensor([[[0.0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]])
    keep = suppress(boxes, torch.zeros(1, 3), torch.tensor([[0.9, 0.8, 0.7]]), 0.4)
    assert keep.tolist() == [[True, False, True]]


def test_how_many_images_go_through_at_once_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = torch.Generator().manual_seed(0)
    low = torch.rand(7, 40, 2, generator=generator) * 20
    boxes = torch.cat([low, low + 1 + torch.rand(7, 40, 2, generator=generator) * 20], -1)
    labels = torch.randint(0, 3, (7, 40), generator=generator)
    scores = torch.rand(7, 40, generator=generator).sort(dim=1, descending=True).values
    together = suppress(boxes, labels, scores, 0.5)
    monkeypatch.setattr("proxy_tasks.nms.PAIRS_ON_CPU", 2 * 40 * 40)
    assert torch.equal(suppress(boxes, labels, scores, 0.5), together)
    assert 0 < together.sum() < together.numel()
