"""Load torchvision, also where its compiled operators do not load.

A torchvision wheel made for another build of torch (the usual one, for CUDA, beside a CPU build)
fails on import, as it describes operators that its library would have defined
(github.com/pytorch/vision/issues/9085). Its detectors need two of them, which are given here as
torch operations. Where the library loads, nothing is defined or changed.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from proxy_tasks.errors import MissingExtra
from proxy_tasks.nms import suppress
from proxy_tasks.roi_align import roi_align

MISSING = "operator torchvision::nms does not exist"
SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height,"
    " SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor",
    # Never called; torchvision describes it on import.
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@cache
def load_torchvision() -> None:
    """Import torchvision; its `nms` and `roi_align` then work, on CPU at least.

    Raises MissingExtra, which says what to install, where torchvision is missing or broken.
    """
    if find_spec("torchvision") is None:
        raise MissingExtra(
            "Mask R-CNN needs torchvision, which is not here: pip install 'spinenas[maskrcnn]'"
        )
    try:
        try:
            import_module("torchvision")
        except RuntimeError as error:
            if MISSING not in str(error):
                raise
            _library()
            import_module("torchvision")
            _use_stand_ins()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise MissingExtra(
            f"torchvision does not import with torch {torch.__version__} ({reason}): install the"
            " torchvision that was made for it"
        ) from error


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Indices of the boxes `[N, 4]` that greedy NMS keeps, by falling score `[N]`."""
    order = scores.argsort(descending=True, stable=True)
    labels = torch.zeros_like(order)
    candidates = torch.ones_like(scores)  # a score of 0 takes part too
    keep = suppress(boxes[order][None], labels[None], candidates[None], iou_threshold)
    return order[keep[0]]


@cache
def _library() -> object:
    """The definitions, which last as long as this object: the cache keeps it."""
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in SCHEMAS:
        library.define(schema)
    for device in ("CPU", "CUDA"):
        library.impl("nms", nms, device)
    library.impl("roi_align", roi_align, "CompositeImplicitAutograd")  # autograd sees through it
    return library


def _use_stand_ins() -> None:
    """Let the two modules that call the operators know that they are there."""
    boxes: Any = import_module("torchvision.ops.boxes")
    align: Any = import_module("torchvision.ops.roi_align")
    boxes._assert_has_ops = align._assert_has_ops = lambda: None
    align._has_ops = lambda: True  # else it would compile a function of its own
