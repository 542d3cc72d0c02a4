"""Oracles: closed-form minimax solutions, autograd by hand, and the losses of images alone."""

from itertools import cycle, pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from proxy_tasks.layers import NORMALIZATIONS
from proxy_tasks.maxup import worst_copies
from proxy_tasks.stochastic_depth import StochasticDepth


class Constant(nn.Module):
    """Predicts theta, whatever the sample."""

    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.zeros(1))

    def losses(self, samples: Tensor) -> Tensor:
        return (self.theta - samples) ** 2


def fitted(copies: list[list[float]], steps: int = 200) -> float:
    """Theta after MaxUp steps on samples, whose copies are the lists' columns, in turn.

    At step t the learning rate 1 / 2t makes theta the mean of all that it was trained on.
    """
    model, draws = Constant(), cycle(torch.tensor(copies).T)
    for step in range(1, steps + 1):
        chosen = worst_copies(model, lambda: next(draws), model.losses, len(copies[0]))
        model.losses(chosen).mean().backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            model.theta -= model.theta.grad / (2 * step)
        model.theta.grad = None
    return float(model.theta.detach())


@settings(deadline=None, max_examples=8)
@given(values=st.lists(st.floats(-5, 5), min_size=2, max_size=5))
def test_it_minimises_the_maximum_over_the_copies_and_not_their_mean(values: list[float]) -> None:
    """The largest of (theta - a)^2 is least at the middle of the range of a."""
    assert fitted([values]) == pytest.approx((min(values) + max(values)) / 2, abs=0.06)


def test_its_solution_for_random_copies_is_the_one_in_closed_form() -> None:
    """A copy is 1 with probability 0.1, else 0, and m = 4.

    Below 1/2 the loss of 1 is larger, so it is taken when any copy is 1: theta = 1 - 0.9^4, where
    the mean over copies gives 0.1. Theta is the mean of 50,000 choices; 5 standard errors are
    0.011: false alarm 6e-7.
    """
    model, generator = Constant(), torch.Generator().manual_seed(0)
    for step in range(1, 101):

        def draw() -> Tensor:
            return (torch.rand(500, generator=generator) < 0.1).float()

        chosen = worst_copies(model, draw, model.losses, 4)
        with torch.no_grad():
            model.theta += (chosen.mean() - model.theta) / step
    assert float(model.theta.detach()) == pytest.approx(1 - 0.9**4, abs=0.011)


def test_the_worst_copy_is_chosen_for_each_sample_and_not_for_the_batch() -> None:
    """The second copies are the worse batch; the first sample's worst is its third all the same."""
    model, draws = Constant(), iter(torch.tensor([[1.0, 1.0], [0.0, 9.0], [3.0, 2.0]]))
    chosen = worst_copies(model, lambda: next(draws), model.losses, 3)
    assert chosen.tolist() == [3, 9]


@pytest.mark.parametrize("diverged", [0, 1, 2])
def test_a_copy_whose_loss_is_no_number_is_chosen(diverged: int) -> None:
    """Else the training would go on around its divergence."""
    losses = iter(torch.tensor([1.0, 2.0, 3.0]).index_fill(0, torch.tensor(diverged), torch.nan))
    draws = iter(torch.arange(3.0))
    chosen = worst_copies(
        nn.Identity(), lambda: next(draws).view(1), lambda _: next(losses).view(1), 3
    )
    assert chosen.tolist() == [diverged]


def test_whole_images_are_chosen() -> None:
    copies = [torch.randn(6, 4, 4, 3) for _ in range(3)]
    draws = iter(copies)
    chosen = worst_copies(nn.Identity(), lambda: next(draws), lambda x: x.sum((1, 2, 3)), 3)
    stacked = torch.stack(copies)
    index = stacked.sum((2, 3, 4)).argmax(0)
    assert torch.equal(chosen, stacked[index, torch.arange(6)])


def test_gradients_come_from_the_chosen_copies_alone() -> None:
    model, draws = Constant(), iter(torch.tensor([[1.0, -4.0], [2.0, 3.0]]))
    chosen = worst_copies(model, lambda: next(draws), model.losses, 2)
    assert model.theta.grad is None and not chosen.requires_grad
    model.losses(chosen).sum().backward()  # type: ignore[no-untyped-call]
    assert model.theta.grad is not None
    assert float(model.theta.grad) == pytest.approx(-2 * (2 - 4))  # of 2 and -4 at theta 0


@pytest.mark.parametrize("kind", ["batch_norm", "sync_batch_norm", "group_norm"])
def test_statistics_of_norms_are_untouched_and_tracked_again_after_it(kind: str) -> None:
    model = nn.Sequential(NORMALIZATIONS[kind](8))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    worst_copies(model, lambda: torch.randn(4, 6, 6, 8), lambda x: model(x).sum((1, 2, 3)), 3)
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
    model(torch.randn(4, 6, 6, 8) + 5)
    changed = [name for name, value in model.state_dict().items() if not value.equal(before[name])]
    statistics = ["0.running_mean", "0.running_var", "0.num_batches_tracked"]
    assert changed == ([] if kind == "group_norm" else statistics)


def test_statistics_are_tracked_again_after_a_failure() -> None:
    norm = nn.BatchNorm1d(2)

    def fail(_: Tensor) -> Tensor:
        raise KeyError

    with pytest.raises(KeyError):
        worst_copies(norm, lambda: torch.zeros(2, 2), fail, 2)
    assert norm.track_running_stats


def test_batch_norms_use_the_statistics_of_the_pass_as_the_step_will() -> None:
    """With the running statistics, 0 and 1, the losses would be 99 and 101."""
    norm = nn.BatchNorm1d(1, affine=False)
    seen: list[Tensor] = []

    def losses(x: Tensor) -> Tensor:
        seen.append(norm(x))
        return seen[-1].flatten()

    chosen = worst_copies(norm, lambda: torch.tensor([[99.0], [101.0]]), losses, 2)
    assert torch.equal(seen[0], norm(chosen))


def test_all_passes_and_the_step_drop_the_same_branches() -> None:
    depth = StochasticDepth(0.5)
    passes: list[Tensor] = []

    def losses(x: Tensor) -> Tensor:
        passes.append(depth(x))
        return passes[-1]

    worst_copies(depth, lambda: torch.ones(64), losses, 3)
    assert 0 < int((passes[0] > 0).sum()) < 64
    assert all(torch.equal(one, next_one) for one, next_one in pairwise(passes))
    assert torch.equal(depth(torch.ones(64)), passes[0])


def test_a_classifier_can_train_with_it() -> None:
    """Any loss of one number a sample will do: here cross-entropy, of a linear classifier."""
    torch.manual_seed(0)
    model, cross_entropy = nn.Linear(2, 2), nn.CrossEntropyLoss(reduction="none")
    x, labels = torch.randn(200, 2), torch.arange(200) % 2
    x[:, 0] += 6.0 * labels - 3
    for _ in range(50):

        def draw() -> Tensor:
            return x + 0.5 * torch.randn(200, 2)

        chosen = worst_copies(model, draw, lambda copy: cross_entropy(model(copy), labels), 4)
        loss = cross_entropy(model(chosen), labels).mean()
        for parameter, slope in zip(
            model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True
        ):
            parameter.data -= 0.5 * slope
    assert (model(x).argmax(1) == labels).float().mean() > 0.95
