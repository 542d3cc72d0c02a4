"""COCO annotation files: damaged documents and bytes; what is read is recomputed from the JSON."""

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from proxy_tasks.coco_data import load_coco
from proxy_tasks.detection_dataset import DetectionSplit
from tests.fuzz.command import read
from tests.fuzz.engine import Case, Fault
from tests.fuzz.mutations import damaged_bytes, damaged_document
from tests.proxy_tasks.coco_folder import annotations, make_coco_folder

SIZE = 32
ENCODINGS = ("utf-16", "utf-8-sig", "utf-32", "utf-16-le")
TEXTS = (
    b"",
    b"{}",
    b"[]",
    b"null",
    b"[" * 100_000,
    b'{"images":' * 3000,
    b"NaN",
    b"\xff\xfe\x00",
    b'{"images": 1e9999}',
)


def make_coco(home: Path) -> Case:
    """`load_coco` of a small data set, of which one annotation file is damaged."""
    whole = make_coco_folder(home / "coco")

    def case(rng: Random, folder: Path) -> bool:
        documents = {"train": annotations(1, 3), "val": annotations(4, 2)}
        name = rng.choice(["train", "train", "val"])
        if rng.random() < 0.75:
            documents[name] = damaged_document(documents[name], rng)
        for key, document in documents.items():
            content = _text(document, rng) if key == name else json.dumps(document).encode()
            (folder / f"{key}.json").write_bytes(content)
        (folder / "images").symlink_to(whole.path / "images")
        options: dict[str, Any] = {
            "drop_empty_boxes": rng.random() < 0.3,
            "holdout": rng.choice([0, 0, 0, 1, 2]),
            "train_limit": rng.choice([None, None, 1, 2]),
        }
        data = read(
            lambda: load_coco(
                folder, SIZE, home / "cache", train="train.json", reward="val.json", **options
            )
        )
        if data is None:
            return False
        for split, key in ((data.train, "train"), (data.reward, "val")):
            key = "train" if options["holdout"] else key
            _check_split(split, json.loads((folder / f"{key}.json").read_bytes()))
        return True

    return case


def _text(document: Any, rng: Random) -> bytes:
    match rng.randrange(10):
        case 0 | 1:
            return damaged_bytes(json.dumps(document).encode(), rng)
        case 2 if rng.random() < 0.3:
            return rng.choice(TEXTS)
        case 2 if rng.random() < 0.3:
            return json.dumps(document).encode(rng.choice(ENCODINGS))
    try:
        return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode(errors="surrogatepass")
    except ValueError:  # an integer of more than 4,300 digits
        return b'{"images": [{"id": 1' + b"0" * 5000 + b"}]}"


def _check_split(split: DetectionSplit, document: Any) -> None:
    """Every picture has the boxes that the file gives it, on its canvas."""
    images = {image["id"]: image for image in document["images"]}
    categories = sorted(category["id"] for category in document["categories"])
    if list(split.category_ids) != categories:
        raise Fault(f"categories {split.category_ids} of {categories}")
    for place, key in enumerate(split.image_ids.tolist()):
        image, found = images[key], split.boxes[split.starts[place] : split.starts[place + 1]]
        rows = [row for row in document["annotations"] if row["image_id"] == key]
        wanted = [_corners(row["bbox"], image) for row in rows if 0 not in row["bbox"][2:]]
        scale = SIZE / max(image["width"], image["height"])
        if len(wanted) != len(found):
            raise Fault(f"image {key} has {len(found)} boxes of {len(wanted)}")
        if found.size and np.abs(found - np.array(wanted) * scale).max() > 2**-7:
            raise Fault(f"image {key} has boxes {found.tolist()} of {wanted}")
        labels = split.labels[split.starts[place] : split.starts[place + 1]].tolist()
        kept = [row for row in rows if 0 not in row["bbox"][2:]]
        if [categories[label] for label in labels] != [row["category_id"] for row in kept]:
            raise Fault(f"image {key} has labels {labels}")


def _corners(bbox: list[float], image: dict[str, Any]) -> list[float]:
    x, y, width, height = bbox
    right, below = min(x + width, image["width"]), min(y + height, image["height"])
    return [max(0.0, x), max(0.0, y), right, below]
