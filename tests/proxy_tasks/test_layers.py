import pytest
import torch
import torch.nn.functional as F

from proxy_tasks.layers import (
    BatchNorm,
    Conv,
    GroupNorm,
    PointwiseConv,
    SeparableConv,
    SyncBatchNorm,
    max_pool,
)
from proxy_tasks.nhwc import pad_same, resize_nearest


def test_a_pointwise_convolution_equals_conv2d() -> None:
    conv, x = PointwiseConv(5, 7, bias=True), torch.randn(2, 3, 4, 5)
    expected = F.conv2d(x.permute(0, 3, 1, 2), conv.weight, conv.bias).permute(0, 2, 3, 1)
    torch.testing.assert_close(conv(x), expected)


@pytest.mark.parametrize(
    ("size", "side", "pads"),
    [(8, 3, (0, 1)), (7, 3, (1, 1)), (8, 7, (2, 3)), (1, 3, (1, 1)), (2, 3, (0, 1))],
)
def test_stride_2_pads_like_tensorflow_same(size: int, side: int, pads: tuple[int, int]) -> None:
    padded = pad_same(torch.ones(1, 1, size, size), side, 2)
    row = padded[0, 0, padded.shape[2] // 2]
    zeros_before = int((row.cumsum(0) == 0).sum())
    assert (zeros_before, len(row) - size - zeros_before) == pads


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_a_strided_convolution_halves_upwards(size: int) -> None:
    assert Conv(3, 4, 3, stride=2)(torch.randn(1, size, size, 3)).shape[1] == -(-size // 2)


@pytest.mark.parametrize("height", [1, 2, 5, 8])
@pytest.mark.parametrize("width", [1, 4, 7])
def test_max_pool_equals_a_pool_after_padding_with_minus_infinity(height: int, width: int) -> None:
    x = torch.randn(2, height, width, 3)
    pads: list[int] = []
    for size in (width, height):
        total = max((-(-size // 2) - 1) * 2 + 3 - size, 0)
        pads += [total // 2, total - total // 2]
    padded = F.pad(x.permute(0, 3, 1, 2), pads, value=-torch.inf)
    expected = F.max_pool2d(padded, 3, 2).permute(0, 2, 3, 1)
    torch.testing.assert_close(max_pool(x), expected)


def test_max_pool_ignores_its_padding_where_all_values_are_negative() -> None:
    assert max_pool(-torch.ones(1, 4, 4, 2)).eq(-1).all()


def test_resize_nearest_repeats_cells_and_crops() -> None:
    x = torch.arange(4.0).reshape(1, 2, 2, 1)
    y = resize_nearest(x, 2, 3, 4)
    assert y[0, :, :, 0].tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3]]


def test_group_norm_of_a_single_cell_is_not_constant() -> None:
    norm = GroupNorm(32)
    assert norm(torch.randn(1, 1, 1, 32)).std() > 0.5


def test_sync_batch_norm_of_one_process_is_batch_norm() -> None:
    plain, sync = BatchNorm(5), SyncBatchNorm(5)
    for _ in range(3):
        x = torch.randn(2, 3, 4, 5)
        torch.testing.assert_close(sync(x), plain(x))
    torch.testing.assert_close(sync.eval()(x), plain.eval()(x))
    assert sync.state_dict().keys() == plain.state_dict().keys()


def test_batch_norm_has_the_official_epsilon_and_momentum() -> None:
    """Keras momentum 0.99 is torch's 0.01; epsilon 0.001, not torch's 1e-5."""
    x = torch.full((4, 1, 1, 1), 2.0) + torch.tensor([0.0, 0.0, 0.2, 0.2]).reshape(4, 1, 1, 1)
    norm = BatchNorm(1)
    y = norm(x).detach()
    assert float(y[2]) == pytest.approx(0.1 / (0.01 + 1e-3) ** 0.5, rel=1e-4)
    assert float(norm.running_mean) == pytest.approx(0.01 * 2.1, rel=1e-4)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_depthwise_convolution_keeps_channels_apart(stride: int) -> None:
    conv, x = Conv(4, 4, 3, stride=stride, groups=4), torch.randn(1, 6, 5, 4)
    before = conv(x)
    x[..., 2] += 1
    changed = (conv(x) - before).abs().amax((0, 1, 2)) > 0
    assert changed.tolist() == [False, False, True, False]


def test_a_separable_convolution_is_a_depthwise_and_a_1x1() -> None:
    conv, x = SeparableConv(4, 6, 3), torch.randn(2, 5, 5, 4)
    depthwise = F.conv2d(x.permute(0, 3, 1, 2), conv.depthwise.weight, padding=1, groups=4)
    expected = F.conv2d(depthwise, conv.weight, conv.bias).permute(0, 2, 3, 1)
    torch.testing.assert_close(conv(x), expected)
