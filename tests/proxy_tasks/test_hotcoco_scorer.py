import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks.coco_evaluation import average_precision
from proxy_tasks.detection_dataset import DetectionSplit
from proxy_tasks.detections import Detections
from proxy_tasks.hotcoco_scorer import hotcoco_curves
from proxy_tasks.pycocotools_scorer import pycocotools_curves
from tests.proxy_tasks.random_detections import evaluations


@given(evaluations(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_number_is_that_of_pycocotools_to_the_last_bit(
    case: tuple[DetectionSplit, Detections], areas: bool
) -> None:
    split, found = case
    ours = hotcoco_curves(split, found, areas=areas)
    reference = pycocotools_curves(split, found, areas=areas)
    assert np.array_equal(ours.precision, reference.precision)
    assert np.array_equal(ours.recall, reference.recall)
    metrics = (
        average_precision(split, found, areas=areas, scorer=s) for s in ("hotcoco", "pycocotools")
    )
    np.testing.assert_equal(next(metrics), next(metrics))
