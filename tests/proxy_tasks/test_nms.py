import numpy as np
import torch
from hypothesis import given
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
