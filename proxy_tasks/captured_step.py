"""A training step as a CUDA graph: one launch instead of some thousand."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.optim import Optimizer

from proxy_tasks.batches import Batch
from proxy_tasks.recipe import TrainingRecipe
from proxy_tasks.trainable import Trainable
from proxy_tasks.training_step import TrainingStep, make_optimizer

WARM_UP = 3  # steps before the capture: libraries choose kernels and take their memory


class CapturedStep(TrainingStep):
    """`TrainingStep`, recorded on the first batch and replayed on all; of one shape each.

    At the sizes of a proxy the GPU is done with a kernel before Python launches the next. The
    detector is in training mode and stays where it is in memory. Steps before the capture leave no
    trace: weights, statistics, moments and random numbers are put back.
    """

    def __init__(self, detector: Trainable, recipe: TrainingRecipe, steps: int) -> None:
        device = next(detector.parameters()).device
        self._rate = torch.tensor(recipe.learning_rate, device=device)
        self._graph: torch.cuda.CUDAGraph | None = None
        super().__init__(detector, recipe, steps)

    def _make_optimizer(self, recipe: TrainingRecipe) -> Optimizer:
        return make_optimizer(recipe, self._flat, self._rate)

    def __call__(self, batch: Batch, step: int) -> Tensor:
        if self._graph is None:
            self._graph = self._capture(batch)
        for ours, theirs in zip(self._inputs.tensors(), batch.tensors(), strict=True):
            ours.copy_(theirs, non_blocking=True)
        self._rate.fill_(self.rates[step])
        self._graph.replay()
        return self._losses.clone()  # the next replay writes over it

    def _capture(self, batch: Batch) -> torch.cuda.CUDAGraph:
        self._inputs = Batch(*(tensor.clone() for tensor in batch.tensors()))
        for group in self.optimizer.param_groups:  # a resumed state has put numbers there
            group["lr"] = self._rate
        device = self._rate.device
        stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        with self._undone(), warnings.catch_warnings():
            # Adam warns of what is meant here: steps that are not captured yet.
            warnings.filterwarnings("ignore", message="This instance was constructed with")
            stream.wait_stream(torch.cuda.current_stream(device))
            with torch.cuda.stream(stream):
                for _ in range(WARM_UP):
                    self._train_on(self._inputs)
            stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        # Other threads of the process may go on: one reads the next pictures.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            self._losses = self._train_on(self._inputs)
        return graph

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Within, steps may be taken; afterwards everything is where it was, in place."""
        device = self._rate.device
        model = {name: value.clone() for name, value in self._detector.state_dict().items()}
        moments = {id(value): value.clone() for value in self._moments()}
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            yield
        with torch.no_grad():
            for name, value in self._detector.state_dict().items():
                value.copy_(model[name])
            for value in self._moments():
                before = moments.get(id(value))
                value.zero_() if before is None else value.copy_(before)

    def _moments(self) -> list[Tensor]:
        """What the optimiser remembers; nothing before its first step."""
        states = self.optimizer.state.values()
        return [v for state in states for v in state.values() if isinstance(v, Tensor)]
