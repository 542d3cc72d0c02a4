"""A COCO data set of bright polygons on black, with their segmentations."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

SIZE = 64
FINE = 8  # pictures are drawn so much larger: Pillow fills the pixels on a border too


def masked_folder(directory: Path, train: int = 6, val: int = 3) -> Path:
    """Each picture has a triangle (category 1) and a rectangle (2), on 64 x 48 px."""
    rng = np.random.default_rng(0)
    (directory / "images").mkdir(parents=True)
    (directory / "annotations").mkdir()
    for split, first, count in (("train", 1, train), ("val", 101, val)):
        images: list[Any] = []
        records: list[Any] = []
        for image in range(first, first + count):
            picture = Image.new("RGB", (FINE * SIZE, FINE * 48))
            for category, (x, y) in ((1, rng.integers(2, 8, 2)), (2, rng.integers(24, 28, 2))):
                corners = [(x, y), (x + 18, y), (x + 18, y + 16), (x, y + 16)][: 2 + category]
                polygon = [(int(a), int(b)) for a, b in corners]
                colour = (255, 0, 0) if category == 1 else (0, 255, 0)
                fine = [(FINE * a, FINE * b) for a, b in polygon]
                ImageDraw.Draw(picture).polygon(fine, fill=colour)
                box = [int(x), int(y), 18, 16]
                records.append(
                    {
                        "id": 2 * image + category,
                        "image_id": image,
                        "category_id": category,
                        "bbox": box,
                        "area": 288 / (1 if category == 2 else 2),
                        "iscrowd": 0,
                        "segmentation": [[v for corner in polygon for v in corner]],
                    }
                )
            picture = picture.resize((SIZE, 48), Image.Resampling.BOX)
            picture.save(directory / "images" / f"{image}.png")
            images.append({"id": image, "file_name": f"{image}.png", "width": 64, "height": 48})
        document = {
            "images": images,
            "annotations": records,
            "categories": [{"id": 1, "name": "triangle"}, {"id": 2, "name": "rectangle"}],
        }
        (directory / "annotations" / f"instances_{split}.json").write_text(json.dumps(document))
    return directory
