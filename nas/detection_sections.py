"""What a config has to hold for a detection task to be made of it."""

from typing import Protocol

from nas.config import DataSection
from proxy_tasks.augmentation_recipe import AugmentationRecipe
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


class DataSections(Protocol):
    """What data are made of: that of a search, and that of a full training."""

    @property
    def data(self) -> DataSection: ...
    @property
    def fidelity(self) -> Fidelity: ...


class DetectionSections(DataSections, Protocol):
    """A search's config, or a full training's."""

    @property
    def training(self) -> TrainingRecipe: ...
    @property
    def detector(self) -> DetectorRecipe: ...
    @property
    def anchors(self) -> AnchorScale: ...
    @property
    def matching(self) -> MatchScale: ...
    @property
    def loss(self) -> LossScale: ...
    @property
    def limits(self) -> DetectionLimits: ...
    @property
    def augmentation(self) -> AugmentationRecipe: ...
    @property
    def evaluation(self) -> EvaluationRecipe: ...
    @property
    def device(self) -> DeviceRecipe: ...
