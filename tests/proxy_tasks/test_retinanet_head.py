import pytest
import torch

from proxy_tasks.retinanet_head import RetinaNetHead
from search_space import HeadScale

LEVELS = [3, 4]


def features() -> dict[int, torch.Tensor]:
    return {3: torch.randn(2, 8, 8, 16), 4: torch.randn(2, 4, 4, 16)}


@pytest.mark.parametrize("shared_tower", [False, True])
def test_every_anchor_has_logits_and_a_code(shared_tower: bool) -> None:
    scale = HeadScale(
        num_convs=2, filters=16, num_classes=5, anchors_per_cell=3, shared_tower=shared_tower
    )
    logits, codes = RetinaNetHead(LEVELS, 16, scale)(features())
    assert logits.shape == (2, 3 * (64 + 16), 5)
    assert codes.shape == (2, 3 * (64 + 16), 4)


def test_an_untrained_head_gives_each_class_the_prior_of_one_percent() -> None:
    logits, _ = RetinaNetHead(LEVELS, 16, HeadScale(num_convs=1, filters=16))(features())
    torch.testing.assert_close(logits.sigmoid().mean(), torch.tensor(0.01), rtol=0.01, atol=0)


def test_levels_share_convolutions_but_not_norms() -> None:
    head = RetinaNetHead(LEVELS, 16, HeadScale(num_convs=2, filters=16))
    tower = head.towers[0]
    assert len(tower.convs) == 2
    assert {name: len(norms) for name, norms in tower.norms.items()} == {"3": 2, "4": 2}
