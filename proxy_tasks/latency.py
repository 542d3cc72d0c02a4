"""How long a network takes for one image, on the device that it is on."""

import time
from statistics import median
from typing import Final

import torch
from torch import Tensor

from proxy_tasks.detector import Detector

WARM_UP: Final = 2  # passes: the first ones fill caches and choose kernels
PASSES: Final = 9
PATIENCE: Final = 0.15  # seconds after which no further pass begins; one is always measured


def latency_ms(detector: Detector, images: Tensor) -> float:
    """Wall milliseconds of a forward pass, median of a handful; `images` `[B, H, W, 3]`.

    Backbone and heads with norms as in inference, up to the logits and box codes: what follows
    depends on what is in the image. A measurement, which other work on the machine disturbs. The
    detector is left in inference mode.
    """
    detector.eval()
    device = next(detector.parameters()).device
    images = images.to(device)
    begin = time.perf_counter()
    passes: list[float] = []
    with torch.no_grad():
        while len(passes) < WARM_UP + PASSES:
            passes.append(_pass(detector, images, device))
            if len(passes) > WARM_UP and time.perf_counter() - begin > PATIENCE:
                break
    return 1000 * median(passes[WARM_UP:])


def _pass(detector: Detector, images: Tensor, device: torch.device) -> float:
    """Seconds; on a GPU until its work is done."""
    begin = time.perf_counter()
    detector(images)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - begin
