"""The processes that torchrun starts for one training: one a GPU, or on CPUs for a try."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from nas.errors import UsageError
from nas.train_config import TrainConfig

# Longer than the first process scores or decodes pictures while the others wait.
PATIENCE = timedelta(hours=6)


@contextmanager
def training_processes(config: TrainConfig) -> Iterator[tuple[int, int]]:
    """The rank of this process, and how many there are: torchrun says so in the environment.

    Each process sees one GPU, that of its number on its machine. Raises UsageError.
    """
    count, rank, local = (
        _number(name, default)
        for name, default in (("WORLD_SIZE", 1), ("RANK", 0), ("LOCAL_RANK", 0))
    )
    if count == 1:
        yield 0, 1
        return
    if config.fidelity.batch_size % count:
        raise UsageError(
            f"fidelity.batch_size is {config.fidelity.batch_size}, of all {count} processes "
            f"together: give a multiple of {count}"
        )
    if config.detector.normalization == "batch_norm":
        raise UsageError(
            "detector.normalization is batch_norm, of which each process would have its own: give "
            "sync_batch_norm or group_norm"
        )
    on_gpus = config.device.name == "cuda"
    if on_gpus:
        seen = os.environ.get("CUDA_VISIBLE_DEVICES")
        numbers = seen.split(",") if seen else [str(number) for number in range(local + 1)]
        if local >= len(numbers):
            raise UsageError(
                f"process {local} of this machine has no GPU: CUDA_VISIBLE_DEVICES is {seen}"
            )
        os.environ["CUDA_VISIBLE_DEVICES"] = numbers[local]  # before torch looks
    import torch.distributed as dist

    dist.init_process_group("nccl" if on_gpus else "gloo", timeout=PATIENCE)
    try:
        yield rank, count
    finally:
        dist.destroy_process_group()


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() else default
