"""A tape against torch's operations and autograd, which are the definition."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from proxy_tasks.layers import (
    Conv,
    ConvNorm,
    PointwiseConv,
    add_branch,
    add_maps,
    convolved,
    max_pool,
    resize_nearest,
)
from proxy_tasks.stochastic_depth import StochasticDepth
from proxy_tasks.tape import Tape, record, recording
from proxy_tasks.tape_convolutions import UNFOLDED_MADDS

Network = Callable[[Tensor], Tensor]
sides = st.integers(1, 9)


def randomized(*layers: nn.Module) -> None:
    """No weight is zero or one, so that no gradient hides.

    With the epsilon of 1e-3, two norms of two numbers each can magnify rounding a thousand times.
    """
    for layer in layers:
        for norm in layer.modules():
            if isinstance(norm, nn.GroupNorm):
                norm.eps = 0.5
        for p in layer.parameters():
            nn.init.normal_(p, 0.5)
        layer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def assert_replays(layers: Sequence[nn.Module], network: Network, image: Tensor) -> None:
    """Values to 1e-4 and gradients to 1e-3 of their largest, of an image that was not recorded."""
    randomized(*layers)
    parameters = [p for layer in layers for p in layer.parameters()]
    expected = network(image)
    upstream = torch.randn_like(expected)
    grads = torch.autograd.grad(expected, parameters, upstream)
    for p in parameters:
        p.grad = torch.zeros_like(p)
    tape = Tape(torch.randn_like(image))
    with record(tape):
        out = network(tape.image)
    assert tape.activation(out) is not None
    tape.image.copy_(image)
    with torch.no_grad():
        tape.forward()
        tape.backward([out], [upstream])
    assert_near(out, expected, 1e-4)
    for p, grad in zip(parameters, grads, strict=True):
        assert p.grad is not None
        assert_near(p.grad, grad, 1e-3)


def assert_near(found: Tensor, expected: Tensor, tolerance: float) -> None:
    scale = max(1.0, float(expected.detach().abs().max()))
    torch.testing.assert_close(found, expected, rtol=0, atol=tolerance * scale)


def first(channels: int) -> ConvNorm:
    """A layer before the one in question, whose gradient needs that one's for its input."""
    return ConvNorm(PointwiseConv(3, channels), "group_norm", "relu")


@settings(deadline=None, max_examples=40)
@given(
    height=sides,
    width=sides,
    batch=st.integers(1, 3),
    channels=st.integers(1, 4),
    out=st.sampled_from([1, 4, 7, 8, 12, 16, 24, 40, 72]),
    side=st.sampled_from([1, 3, 7]),
    stride=st.sampled_from([1, 2]),
    relu=st.booleans(),
)
def test_a_convolution_and_norm_is_torchs(
    height: int, width: int, batch: int, channels: int, out: int, side: int, stride: int, relu: bool
) -> None:
    # Torch refuses to normalise one number.
    assume(out * batch * -(-height // stride) * -(-width // stride) > 1)
    before, conv = first(4 * channels), Conv(4 * channels, out, side, stride=stride, bias=True)
    layer = ConvNorm(conv, "group_norm", "relu" if relu else None)
    image = torch.randn(batch, height, width, 3)
    assert_replays([before, layer], lambda x: layer(before(x)), image)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(16, 16), (15, 13)])
def test_a_convolution_too_large_to_unfold_is_torchs(stride: int, size: tuple[int, int]) -> None:
    before, layer = first(32), ConvNorm(Conv(32, 32, 3, stride=stride), "group_norm", "relu")
    image = torch.randn(4, *size, 3)
    assert layer.conv.weight.numel() * image[..., 0].numel() // stride**2 > UNFOLDED_MADDS
    assert_replays([before, layer], lambda x: layer(before(x)), image)


def test_a_grouped_convolution_is_torchs() -> None:
    before, layer = first(8), ConvNorm(Conv(8, 8, 3, groups=8), "group_norm", None)
    assert_replays([before, layer], lambda x: layer(before(x)), torch.randn(2, 5, 6, 3))


@pytest.mark.parametrize("channels", [(8, 32), (32, 8)])
def test_a_wide_pointwise_product_is_torchs_either_way_round(channels: tuple[int, int]) -> None:
    before = first(channels[0])
    layer = ConvNorm(PointwiseConv(*channels), "group_norm", "relu")
    assert_replays([before, layer], lambda x: layer(before(x)), torch.randn(4, 16, 16, 3))


@settings(deadline=None, max_examples=20)
@given(height=sides, width=sides, channels=st.integers(1, 40), relu=st.booleans())
def test_a_residual_is_added_before_the_activation(
    height: int, width: int, channels: int, relu: bool
) -> None:
    shortcut = first(channels)
    branch = ConvNorm(PointwiseConv(channels, channels), "group_norm", None)
    activation = F.relu if relu else None

    def network(image: Tensor) -> Tensor:
        x = shortcut(image)
        return add_branch(x, x, branch, StochasticDepth(0.0), activation)

    assert_replays([shortcut, branch], network, torch.randn(2, height, width, 3))


@settings(deadline=None, max_examples=20)
@given(height=sides, width=sides, channels=st.integers(1, 40))
def test_a_max_pool_is_torchs(height: int, width: int, channels: int) -> None:
    before = first(channels)
    assert_replays([before], lambda x: max_pool(before(x)), torch.randn(2, height, width, 3))


@settings(deadline=None, max_examples=20)
@given(height=sides, width=sides, factor=st.sampled_from([1, 2, 4]), crop=st.integers(0, 1))
def test_a_sum_enlarges_crops_and_activates(
    height: int, width: int, factor: int, crop: int
) -> None:
    """Of a map on its own, cropped where it may be, and of maps of two sizes."""
    low, high = first(5), first(5)
    size = (height * factor, width * factor)
    part = (size[0] - crop * (factor > 1), size[1])

    def network(image: Tensor) -> Tensor:
        small = low(image)
        large = high(resize_nearest(image, factor, *size))
        total = add_maps([small, large, large], size, F.relu)
        return resize_nearest(max_pool(total), 2, *part)

    assert_replays([low, high], network, torch.randn(2, height, width, 3))


def test_gradients_of_all_consumers_are_added() -> None:
    """Of a shared input, of a shared kernel, and of a sum's gradient that two terms share."""
    base, shared = first(8), ConvNorm(Conv(8, 8, 3), "group_norm", None)
    predictor = Conv(8, 5, 1, bias=True)

    def network(image: Tensor) -> Tensor:
        x = base(image)
        y, z = shared(x), shared(max_pool(x))
        total = add_maps([x, y, y, resize_nearest(z, 2, 6, 6), x], (6, 6), F.relu)
        return convolved(add_branch(total, x, shared, StochasticDepth(0.0), None), predictor)

    assert_replays([base, shared, predictor], network, torch.randn(2, 6, 6, 3))


def test_gradients_are_added_to_what_is_there() -> None:
    layer = first(4)
    for p in layer.parameters():
        p.grad = torch.full_like(p, 7.0)
    tape = Tape(torch.randn(1, 2, 2, 3))
    with record(tape):
        out = layer(tape.image)
    with torch.no_grad():
        tape.backward([out], [torch.zeros_like(out)])
    assert all(p.grad is not None and p.grad.eq(7).all() for p in layer.parameters())


def test_what_torch_makes_in_between_is_unknown_up_to_the_end() -> None:
    layers = nn.ModuleList([first(8), ConvNorm(Conv(8, 8, 3), "group_norm", "swish"), first(8)])
    layers[2] = ConvNorm(PointwiseConv(8, 8), "group_norm", "relu")
    for p in layers.parameters():
        p.grad = torch.zeros_like(p)
    tape = Tape(torch.randn(1, 4, 4, 3))
    known = []
    x = tape.image
    with record(tape):
        for layer in layers:
            x = layer(x)
            known.append(tape.activation(x) is not None)
    assert known == [True, False, False]


def test_a_tensor_that_was_changed_in_place_is_unknown() -> None:
    """A replay would leave the change out."""
    before, after = first(8), ConvNorm(PointwiseConv(8, 8), "group_norm", "relu")
    for p in [*before.parameters(), *after.parameters()]:
        p.grad = torch.zeros_like(p)
    tape = Tape(torch.randn(1, 4, 4, 3))
    with record(tape):
        x = before(tape.image)
        assert tape.activation(x) is not None
        x[:, :2].mul_(2)
        assert tape.activation(x) is None and tape.activation(after(x)) is None


def test_tapes_of_two_threads_do_not_meet() -> None:
    mine, theirs = Tape(torch.randn(1, 2, 2, 3)), Tape(torch.randn(1, 2, 2, 3))
    with ThreadPoolExecutor(1) as thread:
        other = record(theirs)
        with record(mine):
            assert thread.submit(recording).result() is None
            thread.submit(other.__enter__).result()
            assert recording() is mine
        assert recording() is None and thread.submit(recording).result() is theirs
        thread.submit(other.__exit__, None, None, None).result()


def test_a_frozen_layer_is_not_recorded() -> None:
    layer = first(4).requires_grad_(False)
    tape = Tape(torch.randn(1, 2, 2, 3))
    with record(tape):
        assert tape.activation(layer(tape.image)) is None


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_what_is_no_number_stays_none(value: float) -> None:
    """A training that diverges must be seen to."""
    layer = first(4)
    randomized(layer)
    for p in layer.parameters():
        p.grad = torch.zeros_like(p)
    tape = Tape(torch.randn(2, 4, 4, 3))
    with record(tape):
        out = max_pool(layer(tape.image))
    tape.image[0, 1, 1, 0] = value
    with torch.no_grad():
        tape.forward()
        tape.backward([out], [torch.ones_like(out)])
    assert out[0].isnan().any() and out[1].isfinite().all()
    assert layer.conv.weight.grad is not None and layer.conv.weight.grad.isnan().any()


def test_a_layer_with_a_forward_of_its_own_is_not_recorded() -> None:
    class Doubled(PointwiseConv):
        def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's own name
            return 2 * super().forward(input)

    layer = ConvNorm(Doubled(3, 4), "group_norm", "relu")
    for p in layer.parameters():
        p.grad = torch.zeros_like(p)
    tape = Tape(torch.randn(1, 2, 2, 3))
    with record(tape):
        assert tape.activation(layer(tape.image)) is None


def test_without_a_tape_layers_are_torchs_operations_with_gradients_of_gradients() -> None:
    layer = ConvNorm(Conv(3, 8, 3), "group_norm", None).double()
    x = torch.randn(1, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(layer, x)


def test_layers_compile_into_one_graph() -> None:
    layers = nn.Sequential(first(8), ConvNorm(Conv(8, 8, 3, stride=2), "group_norm", None))
    x = torch.randn(1, 5, 5, 3)
    compiled = torch.compile(layers, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x), layers(x))
