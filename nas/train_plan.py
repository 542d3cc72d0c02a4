"""What a full training will cost, said before it starts."""

from dataclasses import dataclass, replace

from nas.progress import duration
from nas.train_config import TrainConfig
from search_space.architecture import Architecture
from search_space.conv_cost import Cost
from search_space.cost import backbone_cost
from search_space.head_cost import classifier_head_cost
from search_space.model_sizes import ModelSize
from search_space.network_cost import network_cost
from search_space.resnet_fpn import ResNetFpn

FORWARD_AND_BACKWARD = 3  # a backward pass is two forward passes' multiply-adds


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """A training in numbers. `step_seconds` of one step are measured; None: not yet."""

    network: str
    cost: Cost
    config: TrainConfig
    pictures: int | None  # of the train split; None: not known
    scored: int | None  # of the reward split
    classes: int
    processes: int
    step_seconds: float | None = None

    @property
    def images(self) -> int:
        """How many are trained on, each time that one is seen."""
        fidelity = self.config.fidelity
        return fidelity.last_step * fidelity.batch_size

    @property
    def multiply_adds(self) -> float:
        """Of the whole training."""
        return float(self.cost.madds) * self.images * self._passes

    @property
    def _passes(self) -> int:
        """Forward passes that the work on an image is worth: MaxUp's copies are one each."""
        copies = self.config.augmentation.maxup
        return FORWARD_AND_BACKWARD + (copies if copies > 1 else 0)

    @property
    def _said_of_passes(self) -> str:
        copies = self.config.augmentation.maxup
        return "forward and backward" + (f", and {copies} copies of MaxUp" if copies > 1 else "")

    @property
    def _said_of_data(self) -> str:
        if self.pictures is None:
            return f"not there; counted as for {self.classes} classes"
        return (
            f"{self.pictures} pictures to train on, {self.scored} to score on, "
            f"{self.classes} classes"
        )

    def lines(self) -> list[str]:
        """For people."""
        fidelity, data = self.config.fidelity, self.config.data
        side = fidelity.image_size
        passes = f" ({self.images / self.pictures:.1f} passes)" if self.pictures else ""
        machine = f"{self.processes} process{'es' if self.processes > 1 else ''}"
        return [
            f"network: {self.network}, {self.config.train.network} at {side} px: "
            f"{self.cost.params / 1e6:.2f} M parameters, {self.cost.madds / 1e9:.2f} G "
            "multiply-adds an image",
            f"data: {data.directory or 'generated scenes'}: {self._said_of_data}",
            f"training: {fidelity.last_step} steps of {fidelity.batch_size} pictures{passes}, on "
            f"{machine} ({self.config.device.name})",
            f"cost: {self.multiply_adds:.3g} multiply-adds ({self.cost.madds:.3g} x {self.images} "
            f"images x {self._passes}: {self._said_of_passes})",
        ]

    def time_line(self, steps_left: int) -> str:
        """How long it will take, as far as some steps can tell."""
        if self.step_seconds is None:
            return "time: not measured"
        left = duration(self.step_seconds * steps_left)
        return (
            f"time: {self.step_seconds:.3g} s a step (measured), {left} for {steps_left} steps, "
            "without what scoring takes"
        )


def plan_cost(body: Architecture | ResNetFpn, config: TrainConfig, classes: int) -> Cost:
    """Parameters and multiply-adds of the network that is trained. Raises InvalidSpace."""
    fidelity = config.fidelity
    backbone = fidelity.backbone_scale()
    if config.train.network == "classifier" and isinstance(body, Architecture):
        head_cost = classifier_head_cost(backbone.endpoint_filters, classes)
        return backbone_cost(body, backbone, fidelity.image_size) + head_cost
    head = fidelity.head_scale(num_classes=classes, anchors_per_cell=config.anchors.per_cell)
    sized = body.at(backbone) if isinstance(body, ResNetFpn) else body
    masks = replace(config.mask_rcnn, num_classes=classes + 1)
    model = ModelSize(sized, backbone, head, mask_rcnn=masks)
    return network_cost(model, config.train.network, fidelity.image_size)
