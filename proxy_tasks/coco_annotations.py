"""One COCO annotation file, read and checked: what passes here can be trained on.

Format: cocodataset.org/#format-data, "object detection". Segmentations are not checked: a crowd
region counts by its bbox, whatever its mask is stored as.
"""

import json
import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from proxy_tasks.errors import DataError

LARGEST_ID = 2**53  # pycocotools puts ids into float64 arrays
Record = dict[str, Any]  # as json gives it, unchecked

LARGEST_AREA = 1e12  # square pixels; float32 holds it, and no picture has as many


@dataclass(frozen=True, slots=True)
class CocoImage:
    """A picture that the file names; width and height in pixels."""

    id: int
    file_name: str  # relative to the image folder, and inside it
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CocoObject:
    """An annotated object."""

    image_id: int
    category_id: int
    box: tuple[float, float, float, float]  # x1 y1 x2 y2, source pixels, clipped, not empty
    area: float  # source pixels of the mask if the file has it, else of the box
    crowd: bool
    segmentation: Any = None  # as the file has it, unchecked, where it is asked for


@dataclass(frozen=True, slots=True)
class CocoAnnotations:
    """The records of one file: images and categories by ascending id, objects in file order."""

    path: Path
    images: tuple[CocoImage, ...]
    objects: tuple[CocoObject, ...]
    categories: tuple[tuple[int, str], ...]


def read_annotations(
    path: Path, *, drop_empty_boxes: bool = False, segmentations: bool = False
) -> CocoAnnotations:
    """Read and check a COCO detection file.

    Boxes that stick out of their picture are clipped (COCO has many of them), pictures without an
    object are kept. With `drop_empty_boxes` objects whose box has no width or no height are left
    out: the genuine train2017 has two. Raises DataError, one line with the file, the record and the
    way out, for anything that a training run would trip over.
    """
    data = _load(path)
    images = {
        key: _image(path, key, record) for key, record in _by_id(path, data, "images").items()
    }
    categories = {
        key: _text(f"{path}: category {key}", record, "name")
        for key, record in _by_id(path, data, "categories").items()
    }
    objects = tuple(
        _object(f"{path}: annotation {key}", record, images, categories, segmentations)
        for key, record in _by_id(path, data, "annotations").items()
        if not (drop_empty_boxes and _is_empty(record))
    )
    if all(o.crowd for o in objects):
        raise DataError(f"{path}: no object to learn from; it needs at least one with iscrowd 0")
    return CocoAnnotations(
        path=path,
        images=tuple(images[key] for key in sorted(images)),
        objects=objects,
        categories=tuple(sorted(categories.items())),
    )


def _load(path: Path) -> Record:
    if path.exists() and not path.is_file():
        raise DataError(f"{path}: is no file; name a JSON file in COCO's format")
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such annotation file; check the data directory") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # cut, empty, not text, not JSON
        raise DataError(
            f"{path}: not whole JSON ({error}); fetch or export the file again"
        ) from error
    if not isinstance(data, dict):
        raise DataError(
            f"{path}: holds a {type(data).__name__}; a COCO detection file is an object with"
            " images, annotations and categories (results files are lists)"
        )
    return data


def _by_id(path: Path, data: Record, section: str) -> dict[int, Record]:
    """The records of a section by their id; none of it may be missing, empty or repeated."""
    records = data.get(section)
    if not isinstance(records, list) or not records:
        raise DataError(
            f"{path}: '{section}' is {_short(records)}; a COCO detection file has a list of at"
            " least one there"
        )
    found: dict[int, Record] = {}
    for place, record in enumerate(records):
        where = f"{path}: {section}[{place}]"
        if not isinstance(record, dict):
            raise DataError(f"{where} is {_short(record)}; expected an object")
        key = _whole(where, record, "id")
        if key in found:
            raise DataError(f"{where}: id {key} is there twice; ids in '{section}' must be unique")
        found[key] = record
    return found


def _image(path: Path, key: int, record: Record) -> CocoImage:
    where = f"{path}: image {key}"
    name = _text(where, record, "file_name")
    parts = PureWindowsPath(name)  # knows both / and \
    if parts.anchor or ".." in parts.parts or not parts.parts or "\0" in name:
        raise DataError(
            f"{where}: file_name {_short(name)} leads out of the image folder;"
            " use a name relative to it, without '..'"
        )
    width, height = (_whole(where, record, side) for side in ("width", "height"))
    if width < 1 or height < 1:
        raise DataError(f"{where}: size {width} x {height}; both sides must be at least 1 px")
    return CocoImage(key, name, width, height)


def _object(
    where: str,
    record: Record,
    images: Mapping[int, CocoImage],
    categories: Mapping[int, str],
    segmentations: bool,
) -> CocoObject:
    image_id = _whole(where, record, "image_id")
    if image_id not in images:
        raise DataError(f"{where}: image_id {image_id} is not in 'images'; add it or remove this")
    category_id = _whole(where, record, "category_id")
    if category_id not in categories:
        raise DataError(
            f"{where}: category_id {category_id} is not in 'categories'; add it or remove this"
        )
    crowd = record.get("iscrowd", 0)
    if crowd not in (0, 1):
        raise DataError(f"{where}: iscrowd is {_short(crowd)}; expected 0 or 1")
    bbox = _numbers(where, record)
    box = _clipped(where, bbox, images[image_id])
    area = _number(record["area"]) if "area" in record else bbox[2] * bbox[3]
    if area is None or not 0 <= area <= LARGEST_AREA:
        raise DataError(
            f"{where}: area is {_short(record.get('area', area))}; expected 0 to {LARGEST_AREA:g},"
            " or no area at all to take the box's"
        )
    segmentation = record.get("segmentation") if segmentations else None
    return CocoObject(image_id, category_id, box, area, bool(crowd), segmentation)


def _is_empty(record: Record) -> bool:
    """Whether its width or height is 0; one below 0 is a mistake."""
    match record.get("bbox"):
        case [_, _, width, height]:
            return 0 in (width, height)
    return False


def _numbers(where: str, record: Record) -> tuple[float, float, float, float]:
    """The bbox x y width height, all finite, width and height above 0."""
    value = record.get("bbox")
    found = [_number(v) for v in value] if isinstance(value, list) else []
    known = [v for v in found if v is not None]
    if len(found) != 4 or len(known) != 4:
        raise DataError(
            f"{where}: bbox is {_short(value)}; expected four finite numbers x, y, width, height"
        )
    x, y, width, height = known
    if width <= 0 or height <= 0:
        raise DataError(
            f"{where}: bbox {_short(value)} is {width:g} px wide and {height:g} px high;"
            " correct or remove it (boxes are x, y, width, height), or leave all such out with"
            " data.drop_empty_boxes = true"
        )
    return x, y, width, height


def _clipped(
    where: str, bbox: tuple[float, float, float, float], image: CocoImage
) -> tuple[float, float, float, float]:
    x, y, width, height = bbox
    x1, y1 = max(x, 0.0), max(y, 0.0)
    x2, y2 = min(x + width, float(image.width)), min(y + height, float(image.height))
    if x1 >= x2 or y1 >= y2:
        raise DataError(
            f"{where}: bbox {list(bbox)} has no part inside image {image.id},"
            f" {image.width} x {image.height} px; correct or remove it"
        )
    return x1, y1, x2, y2


def _number(value: object) -> float | None:
    """A finite number, or None: JSON as Python reads it has NaN, Infinity and huge integers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _whole(where: str, record: Record, name: str) -> int:
    value = record.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < LARGEST_ID:
        raise DataError(f"{where}: {name} is {_short(value)}; expected a whole number from 0 up")
    return value


def _text(where: str, record: Record, name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value:
        raise DataError(f"{where}: {name} is {_short(value)}; expected a text of some length")
    return value


def _short(value: object) -> str:
    """At most a line of a value met in the file; a missing one is None."""
    return "missing" if value is None else reprlib.repr(value)
