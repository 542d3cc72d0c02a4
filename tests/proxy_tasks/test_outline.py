import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from pycocotools import mask as coco_mask

from proxy_tasks.errors import DataError
from proxy_tasks.outline import read_outline

TRIANGLE = [[4.0, 2.0, 28.0, 6.0, 10.0, 26.0]]


def pillow(polygon: list[tuple[float, float]], size: int) -> np.ndarray:
    picture = Image.new("L", (8 * size, 8 * size))
    ImageDraw.Draw(picture).polygon([(8 * x, 8 * y) for x, y in polygon], fill=255)
    return np.asarray(picture.resize((size, size), Image.Resampling.BOX)) >= 128


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


@given(st.floats(0.5, 2.0), st.integers(-8, 8), st.integers(-8, 8), st.booleans())
def test_a_polygon_is_drawn_where_its_picture_is_moved_to(
    factor: float, x: int, y: int, mirrored: bool
) -> None:
    outline = read_outline(TRIANGLE, 1.0, "here", (32, 32))
    found = outline.drawn(64, factor, (x, y), mirrored=mirrored).astype(bool)
    corners = np.reshape(TRIANGLE[0], (3, 2))
    if mirrored:
        corners = np.stack([64 - corners[:, 0], corners[:, 1]], 1)
    placed = [(a * factor - x, b * factor - y) for a, b in corners.tolist()]
    wanted = pillow(placed, 64)
    assert wanted.sum() < 40 or overlap(found, wanted) > 0.8


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("mirrored", [False, True])
def test_run_lengths_are_drawn_as_the_same_polygon_is(compressed: bool, mirrored: bool) -> None:
    """From a source of 32 x 32 on a canvas of 64."""
    encoded = coco_mask.merge(coco_mask.frPyObjects(TRIANGLE, 32, 32))
    bits = read_outline(TRIANGLE, 1.0, "here", (32, 32)).drawn(32).ravel(order="F")
    ends = np.flatnonzero(np.diff(bits)) + 1
    counts = np.diff([0, *ends, len(bits)]).tolist()  # the first pixel is outside
    text = {"size": [32, 32], "counts": encoded["counts"].decode()}
    rle = text if compressed else {"size": [32, 32], "counts": counts}
    drawn = [
        read_outline(segmentation, 2.0, "here", (32, 32)).drawn(
            64, 1.25, (3, -2), mirrored=mirrored
        )
        for segmentation in (rle, TRIANGLE)
    ]
    assert overlap(drawn[0].astype(bool), drawn[1].astype(bool)) > 0.9


@pytest.mark.parametrize(
    ("segmentation", "message"),
    [
        (None, "it has no segmentation"),
        ([], "it has no segmentation"),
        ([[1, 2, 3, 4]], "three corners"),
        ([[1, 2, 3, 4, 5, float("nan")]], "not finite"),
        ({"size": [3, 3]}, "neither COCO's polygons nor its RLE"),
        ([["a"] * 6], "neither COCO's polygons"),
        ([[0, 0, 5e30, 0, 2e30, 1e30]], "a corner at 5e\\+30 is far outside the picture"),
        ({"size": [3, 4], "counts": [12]}, "is of 4 x 3 px, the picture of 3 x 3"),
        ({"size": [3, 3], "counts": [1, 2]}, "its runs are no 9 pixels"),
        ({"size": [3, 3], "counts": [10, -1]}, "its runs are no 9 pixels"),
        ({"size": [3, 3], "counts": [9.0]}, "its runs are no 9 pixels"),
        ({"size": [3, 3], "counts": "12"}, "its runs are no 9 pixels"),
        ({"size": [3, 3], "counts": "1é"}, "a character that the code has not"),
        ({"size": [3, 3], "counts": "P"}, "end within a number"),
    ],
)
def test_what_is_no_segmentation_is_refused_in_one_line(segmentation: object, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read_outline(segmentation, 1.0, "file: annotation 3", (3, 3))
    assert "file: annotation 3" in str(caught.value) and "\n" not in str(caught.value)
