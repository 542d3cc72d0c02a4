"""A small data set in COCO's format that a test can damage."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from proxy_tasks.coco_data import load_coco
from proxy_tasks.detection_dataset import DetectionData


@dataclass
class CocoFolder:
    """Three train and two reward pictures of 40 x 30 px; edit the files, `save`, then `load`."""

    path: Path
    train: dict[str, Any]
    reward: dict[str, Any]

    def save(self) -> None:
        for name, data in (("train", self.train), ("val", self.reward)):
            self.file(name).write_text(json.dumps(data))

    def file(self, name: str) -> Path:
        return self.path / "annotations" / f"instances_{name}.json"

    def load(self, image_size: int = 20, **options: Any) -> DetectionData:
        return load_coco(self.path, image_size, self.path.parent / "cache", **options)


def annotations(first_image: int, count: int) -> dict[str, Any]:
    """Every picture holds a cat (id 7) of 16 x 12 px at 4, 6; the first a crowd of dogs (3) too."""
    ids = range(first_image, first_image + count)
    cats = [
        {"id": i, "image_id": i, "category_id": 7, "bbox": [4, 6, 16, 12], "iscrowd": 0}
        for i in ids
    ]
    crowd = {
        "id": 1000 + first_image,
        "image_id": first_image,
        "category_id": 3,
        "bbox": [0.0, 0.0, 40.0, 10.0],
        "area": 123.5,
        "iscrowd": 1,
        "segmentation": {"size": [30, 40], "counts": "abc"},
    }
    return {
        "images": [{"id": i, "file_name": f"{i}.png", "width": 40, "height": 30} for i in ids],
        "annotations": [*cats, crowd],
        "categories": [{"id": 7, "name": "cat"}, {"id": 3, "name": "dog"}],
    }


def make_coco_folder(path: Path) -> CocoFolder:
    """Write the data set to `path`; its cache is to be beside it."""
    folder = CocoFolder(path, annotations(1, 3), annotations(4, 2))
    (folder.path / "annotations").mkdir(parents=True)
    (folder.path / "images").mkdir()
    rng = np.random.default_rng(0)
    for number in range(1, 6):
        pixels = rng.integers(0, 256, (30, 40, 3), np.uint8)
        Image.fromarray(pixels).save(folder.path / "images" / f"{number}.png")
    folder.save()
    return folder
