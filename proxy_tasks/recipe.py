"""Every constant of a proxy training, grouped by what it belongs to. No torch: configs need these.

Defaults are the paper's, or its released configs', unless the field says otherwise.
"""

from dataclasses import asdict, dataclass, fields
from json import dumps, loads
from typing import Self

from proxy_tasks.errors import InvalidRecipe
from search_space.scale import BackboneScale, HeadScale

MOST = 1e9  # no sensible setting is larger, and infinity is none
PRECISIONS = ("float32", "bf16")
OPTIMIZERS = ("adamw", "sgd")
SCHEDULES = ("cosine", "step")
DECAY_AT = (0.8,)
SCORERS = ("hotcoco", "pycocotools")  # the fast one, the reference


def _check(recipe: object, name: str, least: float, most: float = MOST) -> None:
    value = getattr(recipe, name)
    if not least <= value <= most:
        kind = type(recipe).__name__
        raise InvalidRecipe(f"{kind}: {name} is {value!r}; it must be in [{least:g}, {most:g}]")


def _check_known(recipe: object, name: str, known: tuple[str, ...]) -> None:
    value = getattr(recipe, name)
    if value not in known:
        raise InvalidRecipe(f"{type(recipe).__name__}: {name} is {value!r}; known: {known}")


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How much one evaluation is allowed to cost; part of a trial's identity.

    The paper's proxy (section 5.1): width and alpha 0.25, head 64, 512 px, 5 epochs.
    """

    steps: int
    batch_size: int
    image_size: int  # pixels a side; images are fitted and padded to a square
    filter_scale: float
    resample_alpha: float
    endpoint_filters: int
    head_convs: int
    head_filters: int
    head_predictor_kernel: int = 3
    head_shared_tower: bool = False
    head_separable: bool = False
    block_repeats: int = 1
    stem_filters: int = 64
    stem_stride: int = 4
    train_images: int | None = None  # at most so many; None takes all
    reward_images: int | None = None
    # Training ends after so many steps, with the learning rates of the whole; None: at its end.
    stop_step: int | None = None
    # Of multiplications: bf16 is for GPUs. It is here and not in [device] as it changes numbers.
    precision: str = "float32"

    def __post_init__(self) -> None:
        _check_known(self, "precision", PRECISIONS)
        for name in ("steps", "batch_size"):
            _check(self, name, 1)
        _check(self, "image_size", 16, 4096)
        for name in ("train_images", "reward_images"):
            if getattr(self, name) is not None:
                _check(self, name, 1)
        if self.stop_step is not None:
            _check(self, "stop_step", 1, self.steps)
        self.backbone_scale()
        self.head_scale(num_classes=1, anchors_per_cell=1)

    def backbone_scale(self) -> BackboneScale:
        """Sizes of the backbone."""
        names = [field.name for field in fields(BackboneScale)]
        return BackboneScale(**{name: getattr(self, name) for name in names})

    def head_scale(self, *, num_classes: int, anchors_per_cell: int) -> HeadScale:
        """Sizes of the head for a data set and a choice of anchors."""
        return HeadScale(
            num_convs=self.head_convs,
            filters=self.head_filters,
            num_classes=num_classes,
            anchors_per_cell=anchors_per_cell,
            predictor_kernel=self.head_predictor_kernel,
            shared_tower=self.head_shared_tower,
            separable=self.head_separable,
        )

    def canonical(self) -> str:
        """The same text for the same fidelity: JSON with sorted keys."""
        values = asdict(self)
        # Runs of before 2026-11-22 do not know these: at their defaults they stay out.
        for name, default in (("head_separable", False), ("precision", "float32")):
            if values[name] == default:
                del values[name]
        if values["stop_step"] in (None, self.steps):  # the same training, however it is written
            del values["stop_step"]
        return dumps(values, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """Inverse of `canonical`. Raises InvalidRecipe."""
        try:
            return cls(**loads(text))
        except (TypeError, ValueError) as fault:
            raise InvalidRecipe(f"Fidelity: {text[:80]!r} is none in JSON ({fault})") from fault

    @property
    def last_step(self) -> int:
        """After so many steps training ends."""
        return self.steps if self.stop_step is None else self.stop_step


@dataclass(frozen=True, slots=True)
class AnchorScale:
    """Which anchors a cell has: `octaves` sizes a doubling, times `ratios` (width / height).

    The side of the smallest is `size` times the cell's stride: 3 (up to SpineNet-96) or 4 in the
    paper; at 64 px only 1.5 puts anchors where the objects are.
    """

    size: float = 3.0
    octaves: int = 3
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)

    def __post_init__(self) -> None:
        _check(self, "size", 0.01)
        _check(self, "octaves", 1)
        if not self.ratios or min(self.ratios) <= 0:
            raise InvalidRecipe(f"AnchorScale: ratios are {self.ratios}; give positive numbers")

    @property
    def per_cell(self) -> int:
        """Anchors of one cell."""
        return self.octaves * len(self.ratios)


@dataclass(frozen=True, slots=True)
class MatchScale:
    """IoU from which an anchor is positive, and below which it is background."""

    positive: float = 0.5
    negative: float = 0.5

    def __post_init__(self) -> None:
        _check(self, "positive", 0, 1)
        _check(self, "negative", 0, self.positive)


@dataclass(frozen=True, slots=True)
class LossScale:
    """Focal loss (arXiv 1708.02002 equation 5) and Huber loss, a mean over four coordinates."""

    focal_alpha: float = 0.25
    focal_gamma: float = 1.5
    huber_delta: float = 0.1
    box_weight: float = 50.0

    def __post_init__(self) -> None:
        _check(self, "focal_alpha", 0, 1)
        _check(self, "focal_gamma", 0)
        _check(self, "huber_delta", 1e-6)
        _check(self, "box_weight", 0)


@dataclass(frozen=True, slots=True)
class DetectionLimits:
    """What is kept of a detector's raw output."""

    score_threshold: float = 0.05
    pre_nms_top_k: int = 5000
    nms_iou: float = 0.5
    max_detections: int = 100

    def __post_init__(self) -> None:
        _check(self, "score_threshold", 0, 1)
        _check(self, "pre_nms_top_k", 1)
        _check(self, "nms_iou", 0, 1)
        _check(self, "max_detections", 1, 100)


@dataclass(frozen=True, slots=True)
class EvaluationRecipe:
    """How detections are scored; no reward depends on it.

    The scorers' numbers are equal to the last bit. `at_steps`: also score the network as it is
    after so many steps of its training, which is what curves are drawn from.
    """

    scorer: str = "hotcoco"
    at_steps: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if list(self.at_steps) != sorted(set(self.at_steps)) or min(self.at_steps, default=1) < 1:
            raise InvalidRecipe(
                f"EvaluationRecipe: at_steps is {self.at_steps}; give numbers of steps from 1 on, "
                "each once, the smallest first"
            )
        if self.scorer not in SCORERS:
            raise InvalidRecipe(f"EvaluationRecipe: scorer is {self.scorer!r}; known: {SCORERS}")


@dataclass(frozen=True, slots=True)
class DetectorRecipe:
    """What all candidates share besides their sizes."""

    normalization: str = "batch_norm"
    activation: str = "relu"
    zero_init: bool = False  # blocks start as the identity
    stochastic_depth: float = 0.0  # drop rate of the last block; the paper's best runs have 0.2

    def __post_init__(self) -> None:
        _check(self, "stochastic_depth", 0, 0.99)
        for name, known in (
            ("normalization", ("batch_norm", "sync_batch_norm", "group_norm")),
            ("activation", ("relu", "swish", "hard_swish")),
        ):
            value = getattr(self, name)
            if value not in known:
                raise InvalidRecipe(f"DetectorRecipe: {name} is {value!r}; known: {known}")


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """The optimiser and its learning rate, which rises linearly in a warm-up.

    By default AdamW and a cosine down to zero. The paper's trainings have SGD with momentum and
    steps of a tenth.
    """

    learning_rate: float
    weight_decay: float = 1e-4  # of convolution kernels only; as a term of the gradient with SGD
    warmup: float = 0.1  # share of the steps
    warmup_from: float = 0.0  # share of the learning rate that the warm-up begins at
    clip_norm: float = 5.0
    optimizer: str = "adamw"
    momentum: float = 0.9  # of SGD; AdamW has betas of 0.9 and 0.999
    schedule: str = "cosine"
    decay_at: tuple[float, ...] = DECAY_AT  # shares of the steps at which "step" divides by ten

    def __post_init__(self) -> None:
        _check(self, "learning_rate", 1e-12)
        _check(self, "weight_decay", 0)
        _check(self, "warmup", 0, 1)
        _check(self, "warmup_from", 0, 1)
        _check(self, "clip_norm", 1e-12)
        _check(self, "momentum", 0, 0.9999)
        _check_known(self, "optimizer", OPTIMIZERS)
        _check_known(self, "schedule", SCHEDULES)
        if not all(0 <= share <= 1 for share in self.decay_at):
            raise InvalidRecipe(
                f"TrainingRecipe: decay_at is {self.decay_at}; give shares of the steps, 0 to 1"
            )
        shares = tuple(self.decay_at)
        if self.schedule == "step" and (not shares or shares != tuple(sorted(set(shares)))):
            raise InvalidRecipe(
                f"TrainingRecipe: decay_at is {shares}; the schedule 'step' needs at least one "
                "share of the steps, each once, the smallest first"
            )
        if self.schedule != "step" and shares != DECAY_AT:
            raise InvalidRecipe(
                f"TrainingRecipe: decay_at is {shares}, but schedule is {self.schedule!r}: only "
                "'step' decays there"
            )
