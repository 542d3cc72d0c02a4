"""The outline of an object, as COCO writes it, drawn wherever its picture is moved to."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from proxy_tasks.errors import DataError
from proxy_tasks.run_lengths import bitmap

FEWEST_NUMBERS: Final = 6  # of a polygon: three corners
# So many sides of the picture a corner may be away: what drawing takes grows with it.
FARTHEST: Final = 10
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Polygons `[P, 2]` (x, y in canvas pixels), or else a bitmap of the source picture.

    `scale`: canvas pixels per source pixel.
    """

    polygons: tuple[Points, ...]
    bitmap: NDArray[np.bool_] | None
    scale: float

    def drawn(
        self,
        size: int,
        factor: float = 1.0,
        offset: tuple[float, float] = (0.0, 0.0),
        *,
        mirrored: bool = False,
    ) -> NDArray[np.uint8]:
        """`[size, size]` of 0 and 1: mirrored on a canvas of that size, scaled, then moved."""
        if self.bitmap is not None:
            return self._sampled(size, factor, offset, mirrored)
        moved = []
        for points in self.polygons:
            x = size - points[:, 0] if mirrored else points[:, 0]
            placed = np.stack([x * factor - offset[0], points[:, 1] * factor - offset[1]], 1)
            moved.append(placed.ravel().tolist())
        return _decoded(coco_mask.merge(coco_mask.frPyObjects(moved, size, size)))

    def _sampled(
        self, size: int, factor: float, offset: tuple[float, float], mirrored: bool
    ) -> NDArray[np.uint8]:
        assert self.bitmap is not None
        centres = np.arange(size) + 0.5
        x, y = ((centres + shift) / factor for shift in offset)
        x = size - x if mirrored else x
        rows, columns = (np.floor(v / self.scale).astype(np.int64) for v in (y, x))
        height, width = self.bitmap.shape
        inside = ((rows >= 0) & (rows < height))[:, None] & (columns >= 0) & (columns < width)
        taken = self.bitmap[rows.clip(0, height - 1)][:, columns.clip(0, width - 1)]
        found: NDArray[np.uint8] = (taken & inside).astype(np.uint8)
        return found


def read_outline(
    segmentation: object, scale: float, where: str, picture: tuple[int, int]
) -> Outline:
    """The outline of COCO's polygons or RLE. Raises DataError, which names `where`.

    `picture`: height and width of the source, in pixels.
    """
    try:
        if isinstance(segmentation, Mapping):
            return Outline((), bitmap(segmentation, picture), scale)
        if isinstance(segmentation, Sequence) and segmentation:
            far = float(FARTHEST * max(picture))
            return Outline(tuple(_polygon(part, far) * scale for part in segmentation), None, scale)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        raise DataError(
            f"{where}: its segmentation is neither COCO's polygons nor its RLE ({error})"
        ) from error
    raise DataError(
        f"{where}: it has no segmentation, which masks are learnt from; take the object out of the "
        "file, or train a network that needs none, as --recipe retinanet-b does"
    )


def _polygon(numbers: Any, far: float) -> Points:  # noqa: ANN401 - of JSON
    points = np.asarray(numbers, np.float64)
    if points.ndim != 1 or len(points) < FEWEST_NUMBERS or len(points) % 2:
        raise ValueError("a polygon is a list of x and y of at least three corners")
    if not np.isfinite(points).all():
        raise ValueError("a corner is not finite")
    if (farthest := float(np.abs(points).max())) > far:
        raise ValueError(f"a corner at {farthest:g} is far outside the picture")
    return points.reshape(-1, 2)


def _decoded(rle: Mapping[str, Any]) -> NDArray[np.uint8]:
    with warnings.catch_warnings():
        # pycocotools' arrays do not know an argument that numpy 2 has.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        found: NDArray[np.uint8] = coco_mask.decode(rle)
    return found
