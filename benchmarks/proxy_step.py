"""What one training step of a CPU preset costs, beside its bare convolutions and plain PyTorch.

    python benchmarks/proxy_step.py [--preset quick] [--rounds 30] [--seed 0]

One thread, CPU time, SpineNet-49. All rows are measured in turn in one run, as other programs on
the machine slow all of them alike; ratios are medians over rounds.

- bare convolutions: `conv2d` or matrix product, forward and backward by autograd, of every
  convolution of the network, on its own input, in the project's layout; nothing else.
- step: what the project's trainings do: batch, flip, pixels, matching, loss, gradient, clip, AdamW.
- step by autograd: the same without the tape (proxy_tasks/tape.py).
- plain PyTorch: `plain_retinanet.py` and `plain_pictures.py`, the same network and the same losses.

Before that it asserts that the plain network is the same function: parameters, multiply-adds,
outputs and losses.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from plain_pictures import loader
from plain_retinanet import PlainRetinaNet
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nas.compose import make_task
from nas.config_source import load_config
from proxy_tasks.batches import batches
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.detector import Detector
from proxy_tasks.malloc import keep_freed_memory
from proxy_tasks.replayed_step import ReplayedStep, load_kernels
from proxy_tasks.training_step import TrainingStep
from search_space import SPINENET_49

Step = Callable[[], object]
TOLERANCE = 1e-4


def bare_convolutions(detector: Detector, images: Tensor) -> Step:
    """Forward and backward of each convolution alone, with the shapes and values of `images`."""
    calls: list[tuple[nn.Conv2d, Tensor, Tensor]] = []

    def remember(layer: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)
        x = inputs[0].detach().clone().requires_grad_(bool(calls))  # pixels have no gradient
        calls.append((layer, x, torch.randn_like(output)))

    convs = [layer for layer in detector.modules() if isinstance(layer, nn.Conv2d)]
    hooks = [layer.register_forward_hook(remember) for layer in convs]
    detector(images)
    for hook in hooks:
        hook.remove()

    def step() -> None:
        outputs = [layer(x) for layer, x, _ in calls]
        torch.autograd.backward(outputs, [grad for _, _, grad in calls])
        for layer, x, _ in calls:
            x.grad = layer.weight.grad = None

    return step


def project_step(task: DetectionTask, kind: type[TrainingStep], seed: int) -> Step:
    detector = task.build(SPINENET_49, seed).train()
    stream = batches(
        task.data.train,
        task.fidelity.batch_size,
        np.random.default_rng(seed),
        flip=task.augmentation.flip,
    )
    take_step, numbers = kind(detector, task.training, 100_000), iter(range(100_000))
    return lambda: take_step(next(stream), next(numbers))


def plain_network(task: DetectionTask, detector: Detector) -> PlainRetinaNet:
    """With the weights of `detector`; raises AssertionError where it is another function."""
    scale = task.fidelity.backbone_scale()
    head = task.fidelity.head_scale(
        num_classes=task.data.train.num_classes, anchors_per_cell=task.anchors.per_cell
    )
    plain = PlainRetinaNet(
        SPINENET_49, scale, head, detector.anchors, detector.loss_scale, detector.matching
    )
    weights = {name: value for name, value in detector.state_dict().items() if "." in name}
    plain.load_state_dict(weights)
    batch = next(
        batches(task.data.train, task.fidelity.batch_size, np.random.default_rng(0), flip=False)
    )
    images = detector.normalized(batch.images).permute(0, 3, 1, 2).contiguous()
    targets = [
        (boxes[labels >= 0], labels[labels >= 0])
        for boxes, labels in zip(batch.boxes, batch.labels, strict=True)
    ]
    runs: dict[str, Step] = {
        "ours": lambda: detector.loss(batch.images, batch.boxes, batch.labels),
        "plain": lambda: plain.loss(images, targets),
    }
    madds = {}
    for name, run in runs.items():
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            run()
        madds[name] = counter.get_total_flops() // 2
    assert madds["ours"] == madds["plain"], madds
    counts = [sum(p.numel() for p in net.parameters()) for net in (detector, plain)]
    assert counts[0] == counts[1], counts
    with torch.no_grad():
        pairs = [*zip(detector(batch.images), plain(images), strict=True)]
        pairs += zip(runs["ours"](), runs["plain"](), strict=True)
    for ours, theirs in pairs:
        torch.testing.assert_close(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE)
    print(
        f"{counts[0]:,} parameters, {madds['ours'] // len(images):,} multiply-adds an image; "
        f"outputs and losses equal to {TOLERANCE:g}"
    )
    return plain


def plain_step(task: DetectionTask, plain: PlainRetinaNet, detector: Detector) -> Step:
    recipe, stream = task.training, plain_batches(task, detector)
    optimizer = torch.optim.AdamW(
        plain.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )

    def step() -> None:
        images, targets = next(stream)
        class_loss, box_loss = plain.loss(images, targets)
        optimizer.zero_grad()
        (class_loss + box_loss).backward()
        nn.utils.clip_grad_norm_(plain.parameters(), recipe.clip_norm)
        optimizer.step()

    return step


def plain_batches(task: DetectionTask, detector: Detector) -> Iterator:
    return loader(task.data.train, detector.mean, detector.std, task.fidelity.batch_size)


def milliseconds(step: Step) -> float:
    started = time.process_time()
    step()
    return (time.process_time() - started) * 1e3


def compile_seconds() -> tuple[float, float]:
    """CPU seconds to compile the kernels, and to load them compiled, with importing numba."""
    code = "import torch,time;t=time.process_time();from proxy_tasks import replayed_step as f;"
    code += "f.load_kernels();print(time.process_time()-t)"
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        runs = [
            subprocess.run(
                [sys.executable, "-c", code], env=environment, capture_output=True, check=True
            )
            for _ in range(2)
        ]
    first, second = (float(run.stdout) for run in runs)
    return first, second


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    known = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(known.seed)
    keep_freed_memory()
    task = make_task(load_config(known.preset, {}))
    assert isinstance(task, DetectionTask)
    load_kernels()
    detector = task.build(SPINENET_49, known.seed)
    images = torch.from_numpy(task.data.train.batch(np.arange(task.fidelity.batch_size)))
    plain = plain_network(task, detector)
    steps = {
        "bare convolutions": bare_convolutions(detector, images),
        "step": project_step(task, ReplayedStep, known.seed),
        "step by autograd": project_step(task, TrainingStep, known.seed),
        "plain PyTorch": plain_step(task, plain, detector),
    }
    for step in steps.values():  # memory is taken, kernels are chosen
        step(), step()
    times = np.array([[milliseconds(step) for step in steps.values()] for _ in range(known.rounds)])
    ratios = np.median(times / times[:, :1], 0)
    print("\n| CPU time | best ms | median ms | of bare | images/s (best) |")
    print("| --- | --- | --- | --- | --- |")
    for name, column, ratio in zip(steps, times.T, ratios, strict=True):
        rate = task.fidelity.batch_size / column.min() * 1e3
        print(
            f"| {name} | {column.min():.1f} | {np.median(column):.1f} | {ratio:.2f} | {rate:.0f} |"
        )
    speedup = np.median(times[:, 3] / times[:, 1])
    print(f"\nThe step takes {ratios[1]:.2f} of the bare convolutions (goal: at most 1.5)")
    print(f"and does {speedup:.2f} times the images a second of plain PyTorch (goal: at least 2).")
    first, later = compile_seconds()
    print(f"Kernels: {first:.1f} CPU s to compile on first use, {later:.1f} from the cache.")


if __name__ == "__main__":
    main()
