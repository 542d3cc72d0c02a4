"""The tasks of presets, on generated scenes that are as large as the preset's pictures."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.recipe import (
    AnchorScale,
    DetectionLimits,
    DetectorRecipe,
    Fidelity,
    LossScale,
    MatchScale,
    TrainingRecipe,
)
from proxy_tasks.scenes import make_scenes
from search_space import SPINENET_49, ModelSize, network_cost

REWARD_IMAGES = {"gpu": 1000, "paper": 7392}
CLASSES = {"gpu": 4, "paper": 80}
MOST_OBJECTS = {"gpu": 0, "paper": 93}  # of a train picture in COCO: all targets are padded to it
DRAWN = 128  # pixels a scene is drawn at, before its pixels are repeated


@dataclass(frozen=True)
class Plan:
    """What is measured, and how long."""

    device: str
    smoke: bool
    seed: int
    cache: Path

    @property
    def warm_up(self) -> int:
        """Steps that are not timed."""
        return 1 if self.smoke else 10

    @property
    def steps(self) -> int:
        """Timed steps."""
        return 2 if self.smoke else 40


def make_task(plan: Plan, preset: str, way: str = "graph") -> DetectionTask:
    """The task of a preset on scenes: without pydantic, which need not be there."""
    file = Path(__file__).resolve().parents[1] / "nas" / "presets" / f"{preset}.toml"
    sections = tomllib.loads(file.read_text("utf-8"))
    fidelity = Fidelity(**sections["fidelity"])
    if plan.smoke:
        fidelity = replace(fidelity, batch_size=2, image_size=128)
    kinds: dict[str, type[Any]] = {
        "training": TrainingRecipe,
        "detector": DetectorRecipe,
        "anchors": AnchorScale,
        "matching": MatchScale,
        "loss": LossScale,
        "limits": DetectionLimits,
        "augmentation": AugmentationRecipe,
    }
    return DetectionTask(
        data=make_data(plan, preset, fidelity),
        fidelity=fidelity,
        device=DeviceRecipe(plan.device, way != "eager", way == "graph, compiled loss"),
        **{name: kind(**sections.get(name, {})) for name, kind in kinds.items()},
    )


def make_data(plan: Plan, preset: str, fidelity: Fidelity) -> DetectionData:
    """Scenes, enlarged, with the classes and the most objects a picture of the real data."""
    train, reward = (8, 4) if plan.smoke else (4 * fidelity.batch_size, 128)
    drawn = make_scenes(
        image_size=DRAWN, train=train, reward=reward, test=0, seed=plan.seed, cache_dir=plan.cache
    )
    size, classes = fidelity.image_size, CLASSES[preset]
    return DetectionData(
        enlarged(drawn.train, size, classes, MOST_OBJECTS[preset]),
        enlarged(drawn.reward, size, classes, 0),
    )


def enlarged(split: DetectionSplit, size: int, classes: int, most: int) -> DetectionSplit:
    """The split at `size` pixels, with `classes`, and the first picture's objects repeated."""
    factor = size // DRAWN
    images = np.asarray(split.images).repeat(factor, axis=1).repeat(factor, axis=2)
    rows = np.concatenate(
        [np.zeros(max(0, most - int(split.starts[1])), int), np.arange(len(split.labels))]
    )
    starts = split.starts + (np.arange(len(split.starts)) > 0) * (len(rows) - len(split.labels))
    names = tuple(f"class {i}" for i in range(classes))
    return replace(
        split,
        images=images,
        starts=starts,
        boxes=split.boxes[rows] * factor,
        labels=split.labels[rows],
        crowd=split.crowd[rows],
        class_names=names,
        category_ids=tuple(range(1, classes + 1)),
        areas=None,
    )


def multiply_adds(task: DetectionTask) -> int:
    """Of SpineNet-49 as the task builds it, an image."""
    fidelity = task.fidelity
    head = fidelity.head_scale(
        num_classes=task.data.train.num_classes, anchors_per_cell=task.anchors.per_cell
    )
    model = ModelSize(SPINENET_49, fidelity.backbone_scale(), head)
    return network_cost(model, "retinanet", fidelity.image_size).madds
