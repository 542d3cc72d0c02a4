"""What one GPU does in a search: images a second and candidates an hour, of `gpu` and `paper`.

    python benchmarks/gpu.py                          # under 10 minutes on one GPU
    python benchmarks/gpu.py --device cpu --smoke     # does it run at all

Needs torch, numpy and Pillow alone; with torchvision also its RetinaNet on the same backbone, fed
by a DataLoader. Pictures are generated scenes, as many a batch and as large as the preset's;
`paper` streams them from the memory map, as the genuine ones do not fit into a card. Candidates an
hour are of the preset's own number of steps and reward images, from the measured parts: build and
capture, a step, detection of an image. Scoring by COCO's rules is left out of both sides. All
networks have learnt next to nothing: with more boxes to suppress, detection takes longer.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gpu_table import Row, print_table
from gpu_tasks import REWARD_IMAGES, Plan, make_task, multiply_adds

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.batches import batches
from proxy_tasks.captured_step import CapturedStep
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.detector import Detector
from proxy_tasks.device import torch_device
from proxy_tasks.image_source import ImageSource, StreamedImages, image_source
from proxy_tasks.split_detections import detect_all
from proxy_tasks.training import Training
from proxy_tasks.training_step import TrainingStep
from search_space import SPINENET_49, Architecture, SpineNetSpace

STREAMS, STREAM_COUNT = "streams of one process, steps alone", 4


@dataclass(frozen=True)
class Timing:
    """Of one candidate, in seconds; `detect` an image, `memory` in bytes."""

    start: float
    step: float
    detect: float
    memory: int


def another(plan: Plan) -> Architecture:
    """Than SpineNet-49, which is timed: to warm up on."""
    space = SpineNetSpace()
    return space.decode(space.sample(np.random.default_rng(plan.seed)))


def measure(plan: Plan, preset: str, way: str, barrier: Any = None) -> Timing:  # noqa: ANN401
    """Train two candidates a little, one after the other; the second is timed."""
    torch.set_num_threads(1)
    task = make_task(plan, preset, way)
    source = pictures(task, preset)
    warm_up, _ = begun(task, another(plan), source)  # libraries load, kernels are chosen
    warm_up.run(plan.warm_up)
    del warm_up
    if barrier is not None:
        barrier.wait()
    if plan.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    began = now(plan)
    training, detector = begun(task, SPINENET_49, source)
    training.run(1)
    started = now(plan)
    training.run(1 + plan.steps)
    trained = now(plan)
    reward = task.data.reward
    detect_all(detector, image_source(reward, torch_device(task.device)), len(reward))
    ended = now(plan)
    memory = torch.cuda.max_memory_reserved() if plan.device == "cuda" else 0
    step, detect = (trained - started) / plan.steps, (ended - trained) / len(reward)
    return Timing(started - began - step, step, detect, memory)


def measure_streams(plan: Plan, preset: str, count: int) -> Timing:
    """A step of as many candidates in one process, each on a CUDA stream of its own."""
    torch.set_num_threads(1)
    task = make_task(plan, preset)
    source = pictures(task, preset)
    lanes = [Lane(task, source) for _ in range(count)]
    for step in range(plan.warm_up):
        for lane in lanes:
            lane.take(step)
    began = now(plan)
    for step in range(plan.warm_up, plan.warm_up + plan.steps):
        for lane in lanes:
            lane.take(step)
    seconds = (now(plan) - began) / plan.steps
    memory = torch.cuda.max_memory_reserved() if plan.device == "cuda" else 0
    return Timing(0.0, seconds, 0.0, memory)


class Lane:
    """A candidate that is trained beside others of its process."""

    def __init__(self, task: DetectionTask, source: ImageSource) -> None:
        fidelity, rng = task.fidelity, np.random.default_rng(0)
        flip, on_gpu = task.augmentation.flip, task.device.name == "cuda"
        self.batches = batches(task.data.train, fidelity.batch_size, rng, flip=flip, images=source)
        self.detector = task.build(SPINENET_49, 0).train()
        self.augmentation = Augmentation(task.augmentation, 0)
        kind = CapturedStep if on_gpu else TrainingStep
        self.take_step = kind(self.detector, task.training, fidelity.steps)
        self.stream = torch.cuda.Stream() if on_gpu else None

    def take(self, step: int) -> None:
        with nullcontext() if self.stream is None else torch.cuda.stream(self.stream):
            batch = self.augmentation(self.detector, next(self.batches), step)
            self.take_step(batch, step)


def pictures(task: DetectionTask, preset: str) -> ImageSource:
    """Where the preset's genuine pictures would be."""
    device = torch_device(task.device)
    if preset == "paper":
        return StreamedImages(task.data.train, device)
    return image_source(task.data.train, device)


def begun(
    task: DetectionTask, architecture: Architecture, source: ImageSource
) -> tuple[Training, Detector]:
    fidelity, rng = task.fidelity, np.random.default_rng(0)
    flip = task.augmentation.flip
    stream = batches(task.data.train, fidelity.batch_size, rng, flip=flip, images=source)
    detector, augmentation = task.build(architecture, 0), Augmentation(task.augmentation, 0)
    graph = task.device.cuda_graph
    return Training(
        detector, stream, fidelity.steps, task.training, augmentation, cuda_graph=graph
    ), detector


def now(plan: Plan) -> float:
    if plan.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def in_processes(plan: Plan, preset: str, way: str, count: int) -> list[Timing]:
    """As many candidates at once, each in a process of its own."""
    context = torch.multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(count), context.Queue()
    workers = [
        context.Process(target=_report, args=(plan, preset, way, barrier, queue))
        for _ in range(count)
    ]
    for worker in workers:
        worker.start()
    found = [queue.get(timeout=200) for _ in workers]
    for worker in workers:
        worker.join()
    errors = [timing for timing in found if not isinstance(timing, Timing)]
    if errors:
        raise RuntimeError(errors[0])
    return found


def _report(plan: Plan, preset: str, way: str, barrier: Any, queue: Any) -> None:  # noqa: ANN401
    try:
        if way == STREAMS:
            queue.put(measure_streams(plan, preset, STREAM_COUNT))
        else:
            queue.put(measure(plan, preset, way, barrier))
    except Exception as error:
        barrier.abort()
        queue.put(f"{type(error).__name__}: {error}")


def matmul_rate(plan: Plan) -> float:
    """FLOP a second of a bf16 matrix product of random numbers, the median of ten."""
    side = 256 if plan.smoke else 8192
    a, b = (torch.randn(side, side, device=plan.device, dtype=torch.bfloat16) for _ in range(2))
    seconds = []
    for _ in range(13):
        began = now(plan)
        a @ b
        seconds.append(now(plan) - began)
    return 2 * side**3 / median(seconds[3:])


def our_row(task: DetectionTask, preset: str, way: str, found: list[Timing], rate: float) -> Row:
    fidelity, count = task.fidelity, len(found)
    step = median(timing.step for timing in found)
    start = median(timing.start for timing in found)
    detect = REWARD_IMAGES[preset] * median(timing.detect for timing in found)
    seconds = start + fidelity.steps * step + detect
    return row(task, preset, way, count, step, start, detect, seconds, rate, found)


def row(
    task: DetectionTask,
    preset: str,
    way: str,
    count: int,
    step: float,
    start: float,
    detect: float,
    seconds: float,
    rate: float,
    found: list[Timing],
) -> Row:
    images = count * task.fidelity.batch_size / step
    memory = max((timing.memory for timing in found), default=0) / 1e9
    flops = 6 * multiply_adds(task)  # two an operation, forward and twice as many backward
    return Row(
        preset, way, count, images, 1000 * step, start, detect, seconds, 3600 * count / seconds,
        flops * images / rate, memory,
    )  # fmt: skip


def torchvision_row(plan: Plan, preset: str, rate: float) -> Row:
    from torchvision_retinanet import step_seconds

    task = make_task(plan, preset)
    step = step_seconds(task, plan.warm_up, plan.steps)
    seconds = task.fidelity.steps * step  # without start and detection, in its favour
    return row(task, preset, "torchvision", 1, step, 0.0, 0.0, seconds, rate, [])


def jobs(plan: Plan, preset: str, rate: float) -> list[tuple[str, Callable[[], Row]]]:
    """What is measured of a preset, the most telling first."""
    task = make_task(plan, preset)

    def streams() -> Row:
        timing = in_processes(plan, preset, STREAMS, 1)[0]
        seconds = task.fidelity.steps * timing.step  # steps alone
        return row(
            task, preset, STREAMS, STREAM_COUNT, timing.step, 0.0, 0.0, seconds, rate, [timing]
        )

    def ours(way: str, count: int) -> Row:
        return our_row(task, preset, way, in_processes(plan, preset, way, count), rate)

    counts = (2,) if plan.smoke else (2, 4)
    return [
        (f"{preset}: graph", partial(ours, "graph", 1)),
        (f"{preset}: torchvision", partial(torchvision_row, plan, preset, rate)),
        *((f"{preset}: graph, {k} at once", partial(ours, "graph", k)) for k in counts),
        (f"{preset}: eager", partial(ours, "eager", 1)),
        (f"{preset}: {STREAMS}", streams),
        (f"{preset}: graph, compiled loss", partial(ours, "graph, compiled loss", 1)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--smoke", action="store_true", help="tiny: does it run at all")
    parser.add_argument("--presets", default="gpu,paper")
    parser.add_argument("--minutes", type=float, default=8.0, help="begin nothing after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, help="JSON of the rows")
    known = parser.parse_args()
    end = time.perf_counter() + 60 * known.minutes
    with tempfile.TemporaryDirectory() as cache:
        plan = Plan(known.device, known.smoke, known.seed, Path(cache))
        rate = matmul_rate(plan)
        name = torch.cuda.get_device_name() if plan.device == "cuda" else "CPU"
        print(f"{name}, torch {torch.__version__}: bf16 matrix product {rate / 1e12:.3g} TFLOP/s")
        rows: list[Row] = []
        presets = [jobs(plan, preset, rate) for preset in known.presets.split(",")]
        for label, job in (job for of_all in zip(*presets, strict=True) for job in of_all):
            if time.perf_counter() > end:
                print(f"{label}: not begun, {known.minutes:g} minutes are over")
                continue
            try:
                rows.append(job())
                print(rows[-1], flush=True)  # the table comes last, and may be cut off
            except Exception as error:
                message = (str(error).splitlines() or [""])[0]
                print(f"{label}: {type(error).__name__}: {message}", flush=True)
            if plan.device == "cuda":
                torch.cuda.empty_cache()
        print_table(rows)
    if known.output is not None:
        known.output.write_text(json.dumps([asdict(r) for r in rows], indent=1) + "\n")


if __name__ == "__main__":
    main()
