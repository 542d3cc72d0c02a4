import numpy as np
import pytest
import torch

from proxy_tasks.backbone import ScalePermutedBlock, SpineNetBackbone
from proxy_tasks.stochastic_depth import StochasticDepth
from search_space import SPINENET_49, SPINENET_MOBILE, Architecture, BackboneScale

NARROW = BackboneScale(0.125, endpoint_filters=8, stem_filters=16)


def test_each_image_is_dropped_or_scaled_up_whole() -> None:
    """With 4,000 images the share kept is within 5 standard deviations: false alarm 6e-7."""
    torch.manual_seed(0)
    y = StochasticDepth(0.3)(torch.ones(4000, 2, 3))
    kept = y[:, 0, 0] > 0
    torch.testing.assert_close(y, (kept / 0.7)[:, None, None].expand(4000, 2, 3))
    assert abs(kept.float().mean() - 0.7) < 5 * (0.3 * 0.7 / 4000) ** 0.5


def test_evaluation_drops_nothing() -> None:
    x = torch.randn(8, 3)
    assert StochasticDepth(0.9).eval()(x) is x


@pytest.mark.parametrize("architecture", [SPINENET_49, SPINENET_MOBILE])
def test_the_rate_rises_with_the_blocks_position_and_the_stem_has_none(
    architecture: Architecture,
) -> None:
    backbone = SpineNetBackbone(architecture, NARROW, stochastic_depth=0.2)
    stem = [m.rate for m in backbone.stem.modules() if isinstance(m, StochasticDepth)]
    assert stem == [0, 0]
    number = len(architecture.blocks)
    for name, block in backbone.blocks.items():
        assert isinstance(block, ScalePermutedBlock)
        rates = [m.rate for m in block.modules() if isinstance(m, StochasticDepth)]
        np.testing.assert_allclose(rates, 0.2 * (int(name) - 2 + 1) / number)


def test_training_with_it_depends_on_the_seed_alone() -> None:
    backbone = SpineNetBackbone(SPINENET_49, NARROW, stochastic_depth=0.5)
    x = torch.randn(4, 64, 64, 3)
    found = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        found.append(backbone(x)[3])
    torch.testing.assert_close(found[0], found[1])
    assert not torch.equal(found[0], found[2])
