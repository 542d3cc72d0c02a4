"""What candidates are scored by.

Names that need torch or a scorer are imported when they are first used, so that configs and data
can be read, and a driver can run, without them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from proxy_tasks.analytic_task import AnalyticTask
from proxy_tasks.coco_data import load_coco
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.detections import Detections
from proxy_tasks.errors import (
    CandidateFailure,
    DataError,
    Diverged,
    InvalidRecipe,
    InvalidWeights,
    MissingExtra,
    ProxyTaskError,
)
from proxy_tasks.landscape import Landscape
from proxy_tasks.recipe import Fidelity
from proxy_tasks.scenes import make_scenes
from proxy_tasks.spinebench_table import SpineBenchTable
from proxy_tasks.task import ProxyTask

if TYPE_CHECKING:
    from proxy_tasks.backbone import SpineNetBackbone
    from proxy_tasks.backbone_file import BackboneRecipe, load_backbone, save_backbone
    from proxy_tasks.classifier import SpineNetClassifier
    from proxy_tasks.coco_evaluation import average_precision
    from proxy_tasks.detection_task import DetectionTask
    from proxy_tasks.export import onnx_bytes, program_bytes
    from proxy_tasks.features_only import FeaturesOnly
    from proxy_tasks.mask_rcnn import make_mask_rcnn
    from proxy_tasks.official_weights import load_official_weights
    from proxy_tasks.resnet_fpn import ResNetFpnBackbone
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate

__all__ = [
    "AnalyticTask",
    "BackboneRecipe",
    "CandidateFailure",
    "DataError",
    "DetectionData",
    "DetectionSplit",
    "DetectionTask",
    "Detections",
    "Diverged",
    "FeaturesOnly",
    "Fidelity",
    "InvalidRecipe",
    "InvalidWeights",
    "Landscape",
    "MissingExtra",
    "ProxyTask",
    "ProxyTaskError",
    "ResNetFpnBackbone",
    "SpineBenchSurrogate",
    "SpineBenchTable",
    "SpineNetBackbone",
    "SpineNetClassifier",
    "average_precision",
    "load_backbone",
    "load_coco",
    "load_official_weights",
    "make_mask_rcnn",
    "make_scenes",
    "onnx_bytes",
    "program_bytes",
    "save_backbone",
]

_LATE = {
    "BackboneRecipe": "backbone_file",
    "DetectionTask": "detection_task",
    "FeaturesOnly": "features_only",
    "ResNetFpnBackbone": "resnet_fpn",
    "SpineBenchSurrogate": "spinebench_surrogate",
    "SpineNetBackbone": "backbone",
    "SpineNetClassifier": "classifier",
    "average_precision": "coco_evaluation",
    "load_backbone": "backbone_file",
    "load_official_weights": "official_weights",
    "make_mask_rcnn": "mask_rcnn",
    "onnx_bytes": "export",
    "program_bytes": "export",
    "save_backbone": "backbone_file",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
