import torch

from proxy_tasks.matching import BACKGROUND, IGNORED, match

ANCHORS = torch.tensor([[0.0, 0.0, 10.0, 10.0], [10.0, 0.0, 20.0, 10.0], [0.0, 10.0, 10.0, 20.0]])


def labels_for(*objects: tuple[list[float], int], **thresholds: float) -> list[int]:
    boxes = torch.tensor([[box for box, _ in objects]])
    labels = torch.tensor([[label for _, label in objects]])
    return match(ANCHORS, boxes, labels, **thresholds).labels[0].tolist()


def test_an_anchor_takes_the_object_that_it_overlaps_most() -> None:
    found = labels_for(([0, 0, 10, 10], 4), ([10, 0, 20, 10], 7))
    assert found == [4, 7, BACKGROUND]


def test_an_object_takes_its_best_anchor_at_any_iou() -> None:
    assert labels_for(([0, 0, 2, 2], 5)) == [5, BACKGROUND, BACKGROUND]


def test_between_the_thresholds_an_anchor_is_ignored() -> None:
    # IoU 0.6 with the first anchor, 0.45 with the second: two objects, so none is forced there.
    found = labels_for(
        ([0, 0, 10, 10], 1), ([10, 0, 20, 10], 2), ([0, 10, 20, 20], 3), positive=0.9, negative=0.4
    )
    assert found == [1, 2, 3]
    wide = labels_for(([0, 0, 20, 10], 1), positive=0.6, negative=0.4)
    assert wide == [1, IGNORED, BACKGROUND]


def test_of_two_objects_that_want_one_anchor_the_earlier_wins() -> None:
    assert labels_for(([0, 0, 4, 4], 8), ([0, 0, 3, 3], 9))[0] == 8


def test_padding_matches_nothing() -> None:
    assert labels_for(([0, 0, 10, 10], 2), ([10, 0, 20, 10], -1)) == [2, BACKGROUND, BACKGROUND]


def test_an_image_without_objects_is_background() -> None:
    targets = match(ANCHORS, torch.zeros(2, 0, 4), torch.zeros(2, 0, dtype=torch.int64))
    assert targets.labels.eq(BACKGROUND).all()


def test_a_batch_is_matched_like_its_images_one_by_one() -> None:
    generator = torch.Generator().manual_seed(0)
    low = torch.rand(4, 5, 2, generator=generator) * 12
    boxes = torch.cat([low, low + 1 + torch.rand(4, 5, 2, generator=generator) * 8], -1)
    labels = torch.randint(-1, 3, (4, 5), generator=generator)
    together = match(ANCHORS, boxes, labels)
    for i in range(4):
        alone = match(ANCHORS, boxes[i : i + 1], labels[i : i + 1])
        assert together.labels[i].tolist() == alone.labels[0].tolist()
