"""A backbone for other runtimes: an ONNX file, or a program of torch.export.

Both take one image size: `images`, `[B, 3, H, W]` of any B, as `FeaturesOnly` does, and give its
list of maps. Batch norms are folded into the convolutions.
"""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

import torch
from torch.export import Dim, ExportedProgram

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.extras import import_extra
from proxy_tasks.features_only import IMAGE_MEAN, IMAGE_STD, FeaturesOnly
from proxy_tasks.norm_folding import fold_norms

OPSET = 20  # of ONNX; onnxruntime knows it since 1.17
_BATCH = 2  # torch.export takes a batch of 0 or 1 for a constant


def export_program(backbone: SpineNetBackbone, image_size: tuple[int, int]) -> ExportedProgram:
    """The backbone in eval mode as one graph, for images of `image_size` (height, width)."""
    model = FeaturesOnly(fold_norms(backbone)).eval()
    images = torch.zeros(_BATCH, 3, *image_size)
    with torch.no_grad():
        return torch.export.export(model, (images,), dynamic_shapes={"images": {0: Dim("batch")}})


def program_bytes(backbone: SpineNetBackbone, image_size: tuple[int, int]) -> bytes:
    """What `torch.export.load` reads."""
    buffer = io.BytesIO()
    torch.export.save(export_program(backbone, image_size), buffer)
    return buffer.getvalue()


def onnx_bytes(backbone: SpineNetBackbone, image_size: tuple[int, int]) -> bytes:
    """An ONNX model with input `images` and outputs `p3`, `p4`, ... by level. Raises MissingExtra.

    Image size (height, width) is in pixels. Equal to the backbone's maps within 1e-4 of their
    largest value (tests/proxy_tasks/test_export.py, with onnxruntime). The first dimension of all
    is `batch`; the model's metadata is that of `onnx_metadata`.
    """
    for library in ("onnx", "onnxscript"):
        import_extra(library, "export")
    with _quiet():
        made = torch.onnx.export(
            export_program(backbone, image_size),
            dynamo=True,
            opset_version=OPSET,
            input_names=["images"],
            output_names=[f"p{level}" for level in backbone.levels],
            verbose=False,
        )
    assert made is not None
    model = made.model_proto
    (symbol,) = {value.type.tensor_type.shape.dim[0].dim_param for value in model.graph.input}
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param == symbol:  # s34 or the like, as torch names it
                dim.dim_param = "batch"
    for key, text in onnx_metadata(backbone, image_size).items():
        model.metadata_props.add(key=key, value=text)
    content: bytes = model.SerializeToString()
    return content


def onnx_metadata(backbone: SpineNetBackbone, image_size: tuple[int, int]) -> dict[str, str]:
    """What a model says of itself in `metadata_props`, mean and std as JSON lists."""
    return {
        "spinenas.version": version("spinenas"),
        "spinenas.architecture": backbone.architecture.key,
        "spinenas.image_size": "{}x{}".format(*image_size),  # height x width
        "spinenas.input": "RGB, each channel of 0..1 less its mean, over its std",
        "spinenas.mean": json.dumps(IMAGE_MEAN),
        "spinenas.std": json.dumps(IMAGE_STD),
    }


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what torch's exporter says about torch's own code."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r".*isinstance\(treespec, LeafSpec\)")
            yield
    finally:
        logger.setLevel(level)
