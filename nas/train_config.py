"""The config of a full training: the sections of a search that train, and `[train]`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from nas.config import DataSection, Positive, Section, Seed
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.classifier_recipe import ClassifierRecipe
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.recipe import (
    AnchorScale,
    DetectionLimits,
    DetectorRecipe,
    EvaluationRecipe,
    Fidelity,
    LossScale,
    MatchScale,
    TrainingRecipe,
)
from search_space.scale import MaskRCNNScale


class TrainSection(Section):
    """What is trained, and how often it is written down."""

    network: Literal["retinanet", "mask-rcnn", "classifier"] = "retinanet"
    seed: Seed = 0
    log_every: Positive = 100  # steps between two lines of metrics.jsonl
    checkpoint_every: Positive = 463  # steps, the most that a kill can lose
    # So many times it is scored, evenly spread, the last time at the end.
    evaluations: Annotated[int, Field(ge=1, le=100_000)] = 10


class TrainConfig(Section):
    """A whole training. Of `fidelity` and `anchors` the size of the network decides a part."""

    # What changes nothing of the network that comes out: it may differ when a training goes on.
    # What is learnt from in data.directory is bound by its objects; what is scored on is free.
    FREE: ClassVar[tuple[str, ...]] = (
        *("train.log_every", "train.checkpoint_every", "train.evaluations"),
        *("data.directory", "data.cache", "data.reward", "data.reward_images", "data.test"),
        *("evaluation", "limits", "fidelity.stop_step"),
    )

    train: TrainSection
    fidelity: Fidelity
    training: TrainingRecipe
    data: DataSection = DataSection()
    detector: DetectorRecipe = DetectorRecipe()
    anchors: AnchorScale = AnchorScale()
    matching: MatchScale = MatchScale()
    loss: LossScale = LossScale()
    limits: DetectionLimits = DetectionLimits()
    augmentation: AugmentationRecipe = AugmentationRecipe()
    mask_rcnn: MaskRCNNScale = MaskRCNNScale()  # its num_classes is the data's
    classifier: ClassifierRecipe = ClassifierRecipe()
    evaluation: EvaluationRecipe = EvaluationRecipe()
    device: DeviceRecipe = DeviceRecipe()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for TOML, which has no null: what is None is left out."""
        return self.model_dump(mode="json", exclude_none=True)
