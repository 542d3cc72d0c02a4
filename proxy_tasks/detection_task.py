"""The proxy task of a search: train a small RetinaNet on one backbone and return its AP."""

import logging
import time
from dataclasses import asdict, dataclass, field, fields, replace
from importlib import import_module
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from proxy_tasks.augmentation import Augmentation
from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.batches import batches
from proxy_tasks.checkpoint import (
    TrainingState,
    load_checkpoint,
    save_checkpoint,
    training_identity,
)
from proxy_tasks.detection_dataset import DetectionData, DetectionSplit
from proxy_tasks.detections import Detections
from proxy_tasks.detector import Detector
from proxy_tasks.device import check_device, on_device, torch_device
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.image_source import ImageSource, image_source
from proxy_tasks.latency import latency_ms
from proxy_tasks.malloc import keep_freed_memory
from proxy_tasks.processes import process_count, process_rank, seed_own_generator
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
from proxy_tasks.replayed_step import load_kernels
from proxy_tasks.retinanet import make_retinanet
from proxy_tasks.split_detections import detect_all
from proxy_tasks.training import Training, TrainingLosses
from proxy_tasks.training_step import load_optimizers
from search_space.architecture import Architecture
from search_space.resnet_fpn import ResNetFpn

ONE_IMAGE = np.arange(1)
OF_THE_DATA = ("image_size", "train_images", "reward_images")  # one for all trials of a task
PLACES = ("data", "fidelity", "evaluation")  # fields of a task that are no recipe of training

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DetectionTask:
    """Everything that is equal for all candidates of a search. Its data are shared, not copied.

    One evaluation is deterministic on CPU given architecture and seed. Raises MissingDevice.
    """

    METRICS: ClassVar[tuple[str, ...]] = (
        *("AP", "AP50", "AP75", "AR", "class_loss", "box_loss"),
        *("seconds", "cpu_seconds", "latency_ms"),
    )

    data: DetectionData
    fidelity: Fidelity
    training: TrainingRecipe
    detector: DetectorRecipe
    anchors: AnchorScale
    matching: MatchScale
    loss: LossScale
    limits: DetectionLimits
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    evaluation: EvaluationRecipe = field(default_factory=EvaluationRecipe)
    device: DeviceRecipe = field(default_factory=DeviceRecipe)

    def __post_init__(self) -> None:
        """Raises MissingDevice."""
        check_device(self.device)

    def evaluate(self, architecture: Architecture | ResNetFpn, seed: int) -> dict[str, float]:
        """Train on the train split and score on the reward split; a ResNet-FPN is for comparison.

        `AP`, `AP50`, `AP75` and `AR` are in 0..1 (COCO, mean over IoU 0.50:0.95 but for AP50 and
        AP75); `class_loss` and `box_loss` are means of the second half of training; `seconds` and
        `cpu_seconds` cover training and evaluation; `latency_ms` is what one image then takes
        (`proxy_tasks/latency.py`). Times differ from run to run. Where the data have a test split,
        `test_AP`, `test_AP50`, `test_AP75` and `test_AR` are of that. `AP_at_100` and so on are
        of the network after 100 steps, its losses means since the step before in
        `evaluation.at_steps`. Raises Diverged.
        """
        return self._measure(architecture, seed, None, None)

    def evaluate_at(
        self,
        architecture: Architecture | ResNetFpn,
        seed: int,
        fidelity: str,
        *,
        resume: Path | None = None,
        pause: Path | None = None,
    ) -> dict[str, float]:
        """As `evaluate`, at a fidelity of the same data (`MultiFidelityTask`).

        Times are those of this evaluation alone, without what a checkpoint saved. A checkpoint
        that cannot be written costs the next one a training from the start, no more.
        """
        return self.at(Fidelity.from_canonical(fidelity))._measure(
            architecture, seed, resume, pause
        )

    def at(self, fidelity: Fidelity) -> "DetectionTask":
        """The same task at another fidelity. Raises InvalidRecipe where the data would differ."""
        for name in OF_THE_DATA:
            ours, theirs = getattr(self.fidelity, name), getattr(fidelity, name)
            if ours != theirs:
                raise InvalidRecipe(
                    f"Fidelity: {name} is {theirs} in a trial and {ours} in its run, whose data "
                    "are made for that: begin another run"
                )
        return replace(self, fidelity=fidelity)

    def _measure(
        self,
        architecture: Architecture | ResNetFpn,
        seed: int,
        resume: Path | None,
        pause: Path | None,
    ) -> dict[str, float]:
        import_module("proxy_tasks.coco_evaluation")  # a first candidate is not charged for it
        keep_freed_memory()
        load_optimizers()
        if self.device.name == "cpu" and self.detector.normalization == "group_norm":
            load_kernels()
        wall, cpu = time.perf_counter(), time.process_time()
        # Stochastic depth, and torch when it makes a layer, draw from the global generator.
        with torch.random.fork_rng(devices=self._gpus()):
            detector, losses, curve = self._train(architecture, seed, resume, pause)
        metrics = self._score(detector, self.data.reward)
        if self.data.test is not None:
            scored = self._score(detector, self.data.test)
            metrics |= {f"test_{name}": value for name, value in scored.items()}
        return {
            **metrics,
            **curve,
            "class_loss": losses.class_loss,
            "box_loss": losses.box_loss,
            "seconds": time.perf_counter() - wall,
            "cpu_seconds": time.process_time() - cpu,
            "latency_ms": latency_ms(detector, torch.from_numpy(self.data.reward.batch(ONE_IMAGE))),
        }

    def _train(
        self,
        body: Architecture | ResNetFpn,
        seed: int,
        resume: Path | None,
        pause: Path | None,
    ) -> tuple[Detector, TrainingLosses, dict[str, float]]:
        """From a checkpoint where there is one, to the fidelity's last step; with the curve."""
        last, identity = self.fidelity.last_step, self._identity(body, seed)
        state = None if resume is None else load_checkpoint(resume, identity)
        if state is not None and state.step > last:
            state = None
        try:
            detector, training = self.begin(body, seed, state)
        except Exception as error:  # torch raises almost anything for tensors that do not fit
            if state is None:
                raise
            log.warning("%s does not fit its training, which begins anew: %s", resume, error)
            detector, training = self.begin(body, seed, None)
        curve = self._curve(training, detector, last)
        losses = training.run(last)
        if pause is not None:
            try:
                save_checkpoint(training.state(), identity, pause)
            except OSError as error:
                log.warning("%s: no checkpoint is left: %s", pause, error)
        return detector, losses, curve

    def _curve(self, training: Training, detector: Detector, last: int) -> dict[str, float]:
        """Metrics on the way to before the last step, which the training does not feel."""
        curve: dict[str, float] = {}
        for step in self.evaluation.at_steps:
            if not training.step < step < last:  # what a checkpoint has passed is gone
                continue
            begin = training.step
            training.run(step)
            losses = asdict(training.losses(begin, step))
            metrics = self._score(detector, self.data.reward) | losses
            curve |= {f"{name}_at_{step}": value for name, value in metrics.items()}
        return curve

    def _score(
        self, detector: Detector, split: DetectionSplit, *, areas: bool = False
    ) -> dict[str, float]:
        # Late: networks are built and trained where there are no scorers (benchmarks/gpu.py).
        from proxy_tasks.coco_evaluation import average_precision

        found = self.detect(detector, split)
        return average_precision(split, found, areas=areas, scorer=self.evaluation.scorer)

    def scores(self, network: Detector, *, test: bool = False) -> dict[str, float]:
        """COCO's twelve metrics on the reward split; with `test` on the test split, if any."""
        if not test:
            return self._score(network, self.data.reward, areas=True)
        if self.data.test is None:
            return {}
        scored = self._score(network, self.data.test, areas=True)
        return {f"test_{name}": value for name, value in scored.items()}

    def begin(
        self, body: Architecture | ResNetFpn, seed: int, state: TrainingState | None
    ) -> tuple[Detector, Training]:
        """A detector and its training, at the state or at its first step.

        Torch's global generator is left where the training goes on with it. Where processes train
        together, each has its part of every batch, and random numbers of its own but for weights.
        """
        torch.manual_seed(seed)
        detector = self.build(body, seed)
        rank, count = process_rank(), process_count()
        seed_own_generator(seed)
        stream = batches(
            self.data.train,
            self.fidelity.batch_size,
            np.random.default_rng(seed),
            flip=self.augmentation.flip,
            images=self._images(self.data.train),
            skip=0 if state is None else state.step,
            part=(rank, count),
        )
        training = Training(
            detector,
            stream,
            self.fidelity.steps,
            self.training,
            Augmentation(self.augmentation, seed, rank),
            cuda_graph=self.device.cuda_graph,
        )
        if state is not None:
            training.resume(state)
        return detector, training

    def _identity(self, body: Architecture | ResNetFpn, seed: int) -> str:
        """What a checkpoint of a training is known by: all that the training depends on."""
        whole = replace(self.fidelity, stop_step=None)
        recipes = [getattr(self, field.name) for field in fields(self) if field.name not in PLACES]
        return training_identity(body, seed, whole, recipes, torch.__version__)

    def _images(self, split: DetectionSplit) -> ImageSource:
        return image_source(split, torch_device(self.device), self.device.workers_per_gpu)

    def _gpus(self) -> list[torch.device]:
        device = torch_device(self.device)
        return [device] if device.type == "cuda" else []

    def build(self, body: Architecture | ResNetFpn, seed: int) -> Detector:
        """An untrained detector whose weights are drawn from the seed."""
        train = self.data.train
        detector = make_retinanet(body, self, train.num_classes, train.image_size, seed)
        return on_device(detector, self.device)

    def detect(self, detector: Detector, split: DetectionSplit) -> Detections:
        """Detections on every image of a split. Raises Diverged when one is not a number."""
        return detect_all(detector, self._images(split), len(split))
