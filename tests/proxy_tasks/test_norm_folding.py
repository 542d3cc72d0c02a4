import pytest
import torch
from torch import nn

from proxy_tasks.norm_folding import fold_norms
from search_space import SPINENET_49, SPINENET_MOBILE, Architecture
from tests.proxy_tasks.trained import relative_errors, trained


@pytest.mark.parametrize("architecture", [SPINENET_49, SPINENET_MOBILE])
def test_a_folded_backbone_gives_the_same_maps(architecture: Architecture) -> None:
    backbone = trained(architecture)
    images = torch.randn(2, 100, 64, 3)
    with torch.no_grad():
        wanted, found = backbone(images), fold_norms(backbone)(images)
    assert max(relative_errors(list(found.values()), list(wanted.values()))) < 1e-5


def test_no_batch_norm_is_left_and_the_backbone_keeps_its_own() -> None:
    backbone = trained(SPINENET_49)
    folded = fold_norms(backbone)
    norms = [sum(isinstance(m, nn.BatchNorm2d) for m in b.modules()) for b in (backbone, folded)]
    assert norms == [130, 0]


def test_group_norms_stay() -> None:
    backbone = trained(SPINENET_49, normalization="group_norm")
    images = torch.randn(1, 64, 64, 3)
    with torch.no_grad():
        assert torch.equal(fold_norms(backbone)(images)[3], backbone(images)[3])
