"""Forward equality with the official SpineNet and SpineNet-Mobile.

Fixtures made with tf-models-official 2.20.0 in eval mode, its variables in the order of their
creation drawn from a seed as below, rounded to half precision; they hold what it put out, and how
it was built.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.official_weights import load_official_weights
from search_space import SPINENET_MOBILE, BackboneScale, from_json

FIXTURES = sorted((Path(__file__).parent / "official").glob("*.npz"))


def drawn(shapes: list[tuple[str, list[int]]], seed: int) -> list[np.ndarray]:
    """Weights that keep a signal's size; numpy has frozen RandomState's streams."""
    rng = np.random.RandomState(seed)
    arrays = []
    for kind, shape in shapes:
        if kind == "kernel":
            depthwise = shape[3] == 1 and shape[2] > 1
            fan_in = np.prod(shape[:2] if depthwise else shape[:3])
            values = rng.standard_normal(shape) * np.sqrt(1.6 / fan_in)
        elif kind == "gamma":  # some are negative, which a port that clamps them would show
            values = rng.uniform(0.4, 1.1, shape)
            values *= np.where(rng.uniform(size=shape) < 0.1, -1, 1)
        elif kind == "var":
            values = rng.uniform(0.5, 2, shape)
        else:
            values = rng.standard_normal(shape) * 0.2
        arrays.append(values.astype(np.float16))
    return arrays


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_outputs_equal_the_official_ones(path: Path) -> None:
    with np.load(path) as file:
        meta = json.loads(bytes(file["meta"]))
        wanted = {int(name.partition("/")[2]): file[name] for name in file.files if "/" in name}
    rows = meta.get("block_specs")
    levels = list(range(meta.get("min_level", 3), meta.get("max_level", 7) + 1))
    document = {"blocks": rows, "output_levels": levels}
    architecture = from_json(json.dumps(document)) if rows else SPINENET_MOBILE
    scale = BackboneScale(
        meta["filter_scale"],
        meta.get("resample_alpha", 0.5),
        meta["repeats"],
        meta["endpoint_filters"],
    )
    backbone = SpineNetBackbone(architecture, scale, activation=meta["activation"]).eval()
    load_official_weights(backbone, drawn(meta["shapes"], meta["weights_seed"]), rows)
    assert sum(p.numel() for p in backbone.parameters()) == meta["parameters_trainable"]
    rng = np.random.RandomState(meta["input_seed"])
    images = rng.standard_normal((1, *meta["image"], 3)).astype(np.float16).astype(np.float32)
    found = backbone(torch.from_numpy(images))
    assert sorted(found) == sorted(wanted)
    for level, official in wanted.items():
        ours = found[level].detach().numpy()
        assert np.abs(ours - official).max() <= 1e-5 * np.abs(official).max()


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) == 7
