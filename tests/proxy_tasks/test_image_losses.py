from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from proxy_tasks.image_losses import image_losses
from proxy_tasks.losses import detection_loss
from proxy_tasks.matching import BACKGROUND, IGNORED, Targets
from proxy_tasks.recipe import LossScale


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**31), box_weight=st.floats(0, 50))
def test_each_image_has_the_loss_of_a_batch_of_it_alone(seed: int, box_weight: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = 4 * torch.randn(5, 30, 3, generator=generator)
    codes, wanted = torch.randn(2, 5, 30, 4, generator=generator)
    labels = torch.randint(IGNORED, 3, (5, 30), generator=generator)
    labels[0] = BACKGROUND  # an image without objects
    scale = LossScale(box_weight=box_weight)
    found = image_losses(logits, codes, Targets(labels, wanted), scale)
    for i in range(5):
        alone = Targets(labels[i : i + 1], wanted[i : i + 1])
        parts = detection_loss(logits[i : i + 1], codes[i : i + 1], alone, scale)
        assert float(found[i]) == pytest.approx(float(sum(parts)), rel=1e-5)


def test_no_number_of_an_anchor_and_class_takes_eight_bytes() -> None:
    """Gigabytes at 512 px."""
    sizes = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, op: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:
            out = op(*args, **(kwargs or {}))
            if isinstance(out, torch.Tensor) and out.numel() == 2 * 30 * 7:
                sizes.append(out.element_size())
            return out

    targets = Targets(torch.zeros(2, 30, dtype=torch.int64), torch.zeros(2, 30, 4))
    with Watch():
        image_losses(torch.zeros(2, 30, 7), torch.zeros(2, 30, 4), targets, LossScale())
    assert sizes and max(sizes) == 4
