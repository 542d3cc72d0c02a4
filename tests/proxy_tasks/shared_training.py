"""Trains with others: `shared_training.py RANK COUNT MEETING_FILE CACHE OUT`."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn

from proxy_tasks.layers import SyncBatchNorm
from proxy_tasks.processes import gathered, process_rank, sum_over_processes
from proxy_tasks.recipe import DetectorRecipe, TrainingRecipe
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import TINY, make_tiny_task

NORMS = ("group_norm", "sync_batch_norm")
STEPS, SEED = 3, 0
ROWS = 6  # of the whole batch that the layer is given


def train(cache: Path, norm: str, steps: int = STEPS) -> dict[str, torch.Tensor]:
    """Weights and losses after some steps of SGD, which rounds no small gradient up."""
    task = make_tiny_task(
        cache,
        fidelity=replace(TINY, steps=STEPS),
        training=TrainingRecipe(1e-2, optimizer="sgd", warmup=0.0),
        detector=DetectorRecipe(norm),
    )
    network, training = task.begin(SPINENET_49, SEED, None)
    if steps:
        training.run(steps)
    return {**network.state_dict(), **({"losses": training.state().losses} if steps else {})}


def scores(cache: Path) -> dict[str, float]:
    """Of an untrained network that finds much in each of 20 pictures."""
    task = make_tiny_task(cache)
    return task.scores(task.build(SPINENET_49, SEED))


def normalize(norm: nn.Module, rank: int, count: int) -> dict[str, torch.Tensor]:
    """What a layer gives for this process's rows of a batch, and the gradients of a loss."""
    generator = torch.Generator().manual_seed(1)
    whole = 3 + torch.randn(ROWS, 3, 5, 7, generator=generator, dtype=torch.float64)
    weights = torch.randn(whole.shape, generator=generator, dtype=torch.float64)
    rows = slice(rank * ROWS // count, (rank + 1) * ROWS // count)
    x = whole[rows].requires_grad_()
    out = norm(x)
    (weights[rows] * out**2).sum().backward()
    assert x.grad is not None
    parameters = {name: p.grad for name, p in norm.named_parameters() if p.grad is not None}
    by_process = {"out": out.detach(), "input": x.grad}
    joined = {name: torch.cat(gathered(tensor)) for name, tensor in by_process.items()}
    summed = {name: sum_over_processes(gradient) for name, gradient in parameters.items()}
    return {**joined, **summed, **dict(norm.named_buffers())}


def main(rank: str, count: str, meeting: str, cache: str, out: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=int(rank), world_size=int(count)
    )
    found: dict[str, object] = {norm: train(Path(cache), norm) for norm in NORMS}
    found["scores"] = scores(Path(cache))
    found["layer"] = normalize(SyncBatchNorm(7).double(), int(rank), int(count))
    if process_rank() == 0:
        torch.save(found, out)
    dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # as `nas train` does: a thread of gloo's may still let go of a tensor
