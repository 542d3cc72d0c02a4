"""Pictures and their boxes, in memory, ready to train and to evaluate on."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.errors import DataError

if TYPE_CHECKING:
    from proxy_tasks.outline import Outline


def coco_boxes(corners: NDArray[np.float32]) -> NDArray[np.float64]:
    """Boxes [K, 4] of corners x1 y1 x2 y2 as COCO writes them: x y width height."""
    wide = corners.astype(np.float64)
    return np.concatenate([wide[:, :2], wide[:, 2:] - wide[:, :2]], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class DetectionSplit:
    """N pictures on S x S canvases and their M objects, sorted by picture.

    `images` may be a read-only memory map: take pictures through `batch`, which copies.
    Coordinates are x1 y1 x2 y2 in canvas pixels, 0..S, edges and not centres of pixels.
    Crowd objects count in evaluation (COCO's iscrowd) and are never a training target.
    """

    images: NDArray[np.uint8]  # [N, S, S, 3] RGB
    starts: NDArray[np.int64]  # [N + 1]; objects of picture i are rows starts[i]:starts[i + 1]
    boxes: NDArray[np.float32]  # [M, 4]
    labels: NDArray[np.int64]  # [M], 0..C-1
    crowd: NDArray[np.bool_]  # [M]
    image_ids: NDArray[np.int64]  # [N], unique
    scales: NDArray[np.float32]  # [N], canvas pixels per source pixel
    class_names: tuple[str, ...]  # [C]
    category_ids: tuple[int, ...]  # [C], the data set's own ids, ascending
    areas: NDArray[np.float32] | None = None  # [M] canvas pixels of the masks; None: of the boxes
    outlines: "tuple[Outline | None, ...] | None" = None  # [M]; None of a crowd that has none

    def __post_init__(self) -> None:
        n, m = len(self.images), len(self.boxes)
        shapes = {
            "images": (n, self.images.shape[1], self.images.shape[1], 3),
            "starts": (n + 1,),
            "boxes": (m, 4),
            "labels": (m,),
            "crowd": (m,),
            "image_ids": (n,),
            "scales": (n,),
            "areas": (m,),
        }
        for name, shape in shapes.items():
            value = getattr(self, name)
            if value is not None and value.shape != shape:
                raise DataError(f"{name} has shape {value.shape}; expected {shape}")
        if self.images.dtype != np.uint8:
            raise DataError(f"images are {self.images.dtype}; expected uint8")
        if not n:
            raise DataError("a split needs at least one picture; got none")
        self._check_objects()

    def _check_objects(self) -> None:
        ends = (self.starts[0], self.starts[-1])
        if ends != (0, len(self.boxes)) or (np.diff(self.starts) < 0).any():
            raise DataError(f"starts must rise from 0 to {len(self.boxes)}, the number of boxes")
        if len(np.unique(self.image_ids)) != len(self.image_ids):
            raise DataError("image_ids must be unique")
        if len(self.class_names) != len(self.category_ids) or not self.class_names:
            raise DataError(
                f"{len(self.class_names)} class names for {len(self.category_ids)} category ids;"
                " one name an id, at least one"
            )
        if ((self.labels < 0) | (self.labels >= len(self.class_names))).any():
            raise DataError(f"labels must be 0..{len(self.class_names) - 1}")
        if (np.diff(self.category_ids) <= 0).any():
            raise DataError(f"category_ids are {self.category_ids}; give each once, ascending")
        if not ((self.scales > 0) & np.isfinite(self.scales)).all():
            raise DataError("scales must be positive numbers")
        if self.areas is not None and not ((self.areas >= 0) & np.isfinite(self.areas)).all():
            raise DataError("areas must be finite and at least 0")
        low, high = self.boxes[:, :2], self.boxes[:, 2:]
        if not ((low >= 0) & (low < high) & (high <= self.image_size)).all():  # NaN fails too
            raise DataError(f"boxes must be x1 < x2, y1 < y2 within 0..{self.image_size}")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_size(self) -> int:
        """S, the side of the canvas in pixels."""
        return int(self.images.shape[1])

    @property
    def num_classes(self) -> int:
        """C; labels are 0..C-1."""
        return len(self.class_names)

    def batch(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        """A writable copy of these pictures, uint8 [B, S, S, 3] RGB."""
        return np.array(self.images[indices])

    def targets(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Boxes [G, 4] and labels [G] to train picture `index` on: crowd regions left out."""
        rows = slice(self.starts[index], self.starts[index + 1])
        keep = ~self.crowd[rows]
        return self.boxes[rows][keep], self.labels[rows][keep]

    def digest(self) -> str:
        """The same text for the same objects on as many pictures; pixels are not read."""
        digest = hashlib.blake2b(repr(self.class_names).encode(), digest_size=16)
        for values in (self.starts, self.boxes, self.labels, self.crowd, self.image_ids):
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    @property
    def coco_areas(self) -> NDArray[np.float64]:
        """Square canvas pixels of the objects, [M]: of their masks where known, else boxes."""
        if self.areas is not None:
            return self.areas.astype(np.float64)
        sides = coco_boxes(self.boxes)[:, 2:]
        return sides[:, 0] * sides[:, 1]

    @property
    def coco(self) -> dict[str, list[dict[str, Any]]]:
        """The ground truth as a COCO data set in canvas pixels, built anew at every call.

        Annotation ids count from 1 (COCOeval takes 0 for "unmatched").
        """
        size = self.image_size
        owners = np.repeat(self.image_ids, np.diff(self.starts)).tolist()
        categories = np.asarray(self.category_ids)[self.labels].tolist()
        boxes, areas = coco_boxes(self.boxes).tolist(), self.coco_areas.tolist()
        rows = zip(owners, categories, boxes, areas, self.crowd.tolist(), strict=True)
        return {
            "images": [{"id": i, "width": size, "height": size} for i in self.image_ids.tolist()],
            "annotations": [
                {
                    "id": number,
                    "image_id": image,
                    "category_id": category,
                    "bbox": box,
                    "area": area,
                    "iscrowd": int(crowd),
                }
                for number, (image, category, box, area, crowd) in enumerate(rows, start=1)
            ],
            "categories": [
                {"id": i, "name": name}
                for i, name in zip(self.category_ids, self.class_names, strict=True)
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class DetectionData:
    """`train` to learn on, `reward` to score candidates in a search, `test` kept for the end.

    All have the same classes and the same canvas size (else DataError).
    """

    train: DetectionSplit
    reward: DetectionSplit
    test: DetectionSplit | None = None

    def __post_init__(self) -> None:
        for name, split in (("reward", self.reward), ("test", self.test)):
            if split is None:
                continue
            if (split.category_ids, split.class_names) != (
                self.train.category_ids,
                self.train.class_names,
            ):
                raise DataError(f"the {name} split has other classes than the train split")
            if split.image_size != self.train.image_size:
                raise DataError(
                    f"the {name} split's canvas is {split.image_size} px,"
                    f" the train split's {self.train.image_size} px; they must be equal"
                )
