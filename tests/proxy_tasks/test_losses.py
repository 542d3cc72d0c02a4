import torch

from proxy_tasks.losses import detection_loss, focal_loss
from proxy_tasks.matching import BACKGROUND, IGNORED, Targets
from proxy_tasks.recipe import LossScale


def targets(*labels: int) -> Targets:
    return Targets(torch.tensor([labels]), torch.zeros(1, len(labels), 4))


def test_focal_loss_without_focus_is_half_the_cross_entropy() -> None:
    logits, wanted = torch.randn(4, 3), torch.randint(0, 2, (4, 3))
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, wanted.float(), reduction="none"
    )
    torch.testing.assert_close(focal_loss(logits, wanted, 0.5, 0.0), expected / 2)


def test_an_ignored_anchor_adds_no_loss() -> None:
    logits, codes = torch.randn(1, 2, 3), torch.randn(1, 2, 4)
    with_ignored = detection_loss(logits, codes, targets(1, IGNORED), LossScale())
    alone = detection_loss(logits[:, :1], codes[:, :1], targets(1), LossScale())
    torch.testing.assert_close(with_ignored, alone)


def test_background_has_no_box_loss() -> None:
    _, box_loss = detection_loss(
        torch.randn(1, 2, 3), torch.randn(1, 2, 4), targets(BACKGROUND, BACKGROUND), LossScale()
    )
    assert box_loss.item() == 0


def test_losses_are_divided_by_positives_plus_one() -> None:
    logits, codes = torch.zeros(1, 1, 1), torch.full((1, 1, 4), 10.0)
    _, box_loss = detection_loss(logits, codes, targets(0), LossScale(box_weight=1.0))
    huber = 0.1 * (10 - 0.05)  # delta * (|x| - delta / 2)
    torch.testing.assert_close(box_loss, torch.tensor(huber / 2))
