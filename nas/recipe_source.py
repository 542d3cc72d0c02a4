"""Where a full training's config comes from: a recipe, the network's size, the command line."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nas.config import DataSection
from nas.config_source import (
    check_document,
    override_document,
    preset_names,
    read_document,
    suggestion,
)
from nas.errors import UsageError
from nas.train_config import TrainConfig
from search_space.model_sizes import MODEL_SIZES

RECIPES = "recipes"
SIZES = "sizes"  # the table of a recipe that holds what differs for networks of some size
WHOLE_RECIPE = "the config.toml of a training or nas/recipes/retinanet-b.toml"
# Of Mask R-CNN's heads: no matter of the network's size.
OF_THE_RECIPE = ("anchors_per_cell", "num_classes", "proposals", "masks")
CLASSIFIER = "classifier"  # its pictures are of one size
LARGE = ("spinenet-143", "spinenet-143l", "spinenet-190")
LARGE_ANCHORS = 4.0  # of the three above, whose pictures are larger too; 3 of all others


def recipe_names() -> list[str]:
    """The recipes that come with spinenas."""
    return preset_names(RECIPES)


def load_recipe(
    source: str, size: str | None, usual: str | None, overrides: Mapping[str, str]
) -> TrainConfig:
    """The config of a recipe's name or a TOML file, at the size of one of MODEL_SIZES.

    Where no size is asked for, a recipe with a table [sizes] is taken at the `usual` one, another
    with widths of its own. What the recipe says of a size goes before the size's own widths, and
    what was typed before both. Raises UsageError.
    """
    document, where = read_document(source, RECIPES)
    if SIZES in document and size is None:
        size = usual
    special = document.pop(SIZES, {})
    if not isinstance(special, dict) or not all(isinstance(v, dict) for v in special.values()):
        raise UsageError(
            f"{where}: [{SIZES}] holds a table for each size, as [{SIZES}.spinenet-96]"
        )
    for name in special:
        if name not in MODEL_SIZES:
            known = list(MODEL_SIZES)
            raise UsageError(f"{where}: no size {name!r} in [{SIZES}]: {suggestion(name, known)}")
    if size is not None:
        override_document(document, where, size_overrides(size, document), TrainConfig)
        override_document(document, where, _dotted(special.get(size, {})), TrainConfig)
    override_document(document, where, overrides, TrainConfig)
    config = check_document(document, where, overrides, TrainConfig, WHOLE_RECIPE)
    return _with_layout(config, overrides)


def size_overrides(size: str, document: Mapping[str, Any]) -> dict[str, str]:
    """What the size of a published network is, by the names of a config."""
    model = MODEL_SIZES[size]
    backbone = asdict(model.backbone)
    widths = ("filter_scale", "resample_alpha", "block_repeats", "endpoint_filters")
    sizes = {f"fidelity.{name}": backbone[name] for name in widths}
    sizes |= {
        "fidelity.head_convs": model.head.num_convs,
        "fidelity.head_filters": model.head.filters,
        "fidelity.head_separable": model.head.separable,
        "anchors.size": LARGE_ANCHORS if size in LARGE else 3.0,
    }
    heads = asdict(model.mask_rcnn)
    sizes |= {f"mask_rcnn.{name}": heads[name] for name in heads if name not in OF_THE_RECIPE}
    if _network(document) != CLASSIFIER:
        sizes["fidelity.image_size"] = model.image_size
    return {name: json.dumps(value) for name, value in sizes.items()}


def _network(document: Mapping[str, Any]) -> object:
    section = document.get("train")
    return section.get("network") if isinstance(section, Mapping) else None


def _dotted(tables: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested tables as overrides: TOML and JSON spell numbers, texts and lists alike."""
    found: dict[str, str] = {}
    for name, value in tables.items():
        if isinstance(value, Mapping):
            found |= _dotted(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value)
    return found


def _with_layout(config: TrainConfig, overrides: Mapping[str, str]) -> TrainConfig:
    """With the file names of `nas search` where the data have those and not the recipe's."""
    section, usual = config.data, DataSection()
    names = ("images", "reward_images", "train", "reward")
    directory = Path(section.directory)
    if (
        config.train.network == CLASSIFIER
        or not section.directory
        or any(f"data.{name}" in overrides for name in names)
        or (directory / section.train).exists()
        or not (directory / usual.train).exists()
    ):
        return config
    changes = {name: getattr(usual, name) for name in names}
    return config.model_copy(update={"data": section.model_copy(update=changes)})
