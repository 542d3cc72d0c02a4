"""The pictures of a split on the device that trains: there already, or brought there in time."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from proxy_tasks.detection_dataset import DetectionSplit

AHEAD = 3  # batches that are read, on their way, and in use
RESIDENT_SHARE = 0.3  # of a worker's share of the GPU's memory, at most, for each split's pictures

CPU = torch.device("cpu")
Index = NDArray[np.int64]


class ImageSource(Protocol):
    """Gives pictures as uint8 `[B, S, S, 3]` on its device, batch after batch."""

    device: torch.device

    def stream(self, indices: Iterable[Index]) -> Iterator[Tensor]:
        """A copy of the pictures of each index in turn."""
        ...


class MappedImages:
    """Read from the split's memory map, for the CPU."""

    def __init__(self, split: DetectionSplit) -> None:
        self.device, self._split = CPU, split

    def stream(self, indices: Iterable[Index]) -> Iterator[Tensor]:
        for index in indices:
            yield torch.from_numpy(self._split.batch(index))


class ResidentImages:
    """All pictures in the device's memory."""

    def __init__(self, split: DetectionSplit, device: torch.device) -> None:
        self.device = device
        self._images = torch.empty(split.images.shape, dtype=torch.uint8, device=device)
        step = 256  # pictures; the map is read-only, so each part is a copy
        for start in range(0, len(split), step):
            part = np.array(split.images[start : start + step])
            self._images[start : start + step] = torch.from_numpy(part)

    def stream(self, indices: Iterable[Index]) -> Iterator[Tensor]:
        for index in indices:
            yield self._images.index_select(0, to_device(index, self.device))


class StreamedImages:
    """Pictures read from the memory map by a thread, some batches ahead, and sent while others run.

    They pass through page-locked memory, which is what lets a copy run beside the kernels.
    """

    def __init__(self, split: DetectionSplit, device: torch.device) -> None:
        self.device, self._images = device, split.images

    def stream(self, indices: Iterable[Index]) -> Iterator[Tensor]:
        slots = [_Slot(self.device) for _ in range(AHEAD)]
        pending: deque[tuple[_Slot, Future[Tensor]]] = deque()
        with ThreadPoolExecutor(1) as reader:
            for number, index in enumerate(indices):
                slot = slots[number % AHEAD]
                pending.append((slot, reader.submit(slot.read, self._images, index)))
                if len(pending) == AHEAD:
                    slot, read = pending.popleft()
                    yield slot.send(read.result())
            for slot, read in pending:
                yield slot.send(read.result())


class _Slot:
    """A page-locked buffer, and when its last content had left it."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.pinned = device.type == "cuda"
        self.buffer = torch.empty(0, dtype=torch.uint8)
        self.left = torch.cuda.Event() if self.pinned else None  # type: ignore[no-untyped-call]

    def read(self, images: NDArray[np.uint8], index: Index) -> Tensor:
        shape = (len(index), *images.shape[1:])
        if self.left is not None:
            self.left.synchronize()  # in the reader's thread: training goes on
        if self.buffer.numel() < np.prod(shape):
            self.buffer = torch.empty(shape, dtype=torch.uint8, pin_memory=self.pinned)
        part = self.buffer.flatten()[: int(np.prod(shape))].view(shape)
        # "clip" lets numpy write in place; the indices are in range.
        np.take(images, index, axis=0, out=part.numpy(), mode="clip")
        return part

    def send(self, part: Tensor) -> Tensor:
        sent = torch.empty(part.shape, dtype=torch.uint8, device=self.device)
        sent.copy_(part, non_blocking=True)
        if self.left is not None:
            self.left.record(torch.cuda.current_stream(self.device))
        return sent


@lru_cache(maxsize=2)
def image_source(split: DetectionSplit, device: torch.device, workers: int = 1) -> ImageSource:
    """On a GPU resident, where the split's pictures fit beside those of `workers` processes.

    Made once: all candidates of a worker see the same pictures.
    """
    if device.type == "cpu":
        return MappedImages(split)
    # All of the memory and not what is free, which depends on who asks first.
    memory = torch.cuda.get_device_properties(device).total_memory
    fits = split.images.nbytes <= RESIDENT_SHARE * memory / workers
    return (ResidentImages if fits else StreamedImages)(split, device)


def to_device(values: NDArray[np.generic], device: torch.device) -> Tensor:
    """A copy that nothing waits for."""
    tensor = torch.from_numpy(values)
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
