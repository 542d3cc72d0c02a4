import torch
from torch import nn

from proxy_tasks.flat_parameters import FlatParameters


def small_model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 3, 3), nn.GroupNorm(1, 3), nn.Conv2d(3, 1, 1))


def test_adamw_on_the_flat_buffer_equals_adamw_on_the_tensors() -> None:
    x = torch.randn(4, 2, 5, 5)
    plain, flat_model = small_model(), small_model()
    kernels = [p for p in plain.parameters() if p.ndim >= 2]
    others = [p for p in plain.parameters() if p.ndim < 2]
    groups = [{"params": kernels, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    reference = torch.optim.AdamW(groups, lr=0.01)
    flat = FlatParameters(flat_model)
    ours = torch.optim.AdamW(flat.groups(0.1), lr=0.01)
    for _ in range(5):
        reference.zero_grad()
        plain(x).square().mean().backward()
        nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
        reference.step()
        flat.zero_grad()
        flat_model(x).square().mean().backward()
        flat.clip_norm(0.5)
        ours.step()
    for expected, found in zip(plain.parameters(), flat_model.parameters(), strict=True):
        torch.testing.assert_close(found, expected)


def test_clip_norm_leaves_a_small_gradient_alone() -> None:
    flat = FlatParameters(small_model())
    flat.gradients.fill_(1e-3)
    flat.clip_norm(1.0)
    assert flat.gradients.eq(1e-3).all()


def test_kernels_stay_channels_last_and_keep_their_values() -> None:
    model = small_model().to(memory_format=torch.channels_last)
    before = [p.detach().clone() for p in model.parameters()]
    FlatParameters(model)
    kernel = model[0].weight
    assert kernel.is_contiguous(memory_format=torch.channels_last)
    assert kernel.grad is not None and kernel.grad.stride() == kernel.stride()
    assert all(a.equal(b) for a, b in zip(before, model.parameters(), strict=True))
