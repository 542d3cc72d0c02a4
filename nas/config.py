"""The config of a run: TOML sections as frozen, checked values. Unknown names are refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

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

Positive = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(strict=True)]  # no truth value, and no text
Limit = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1, strict=True)]
# Ray counts in units of 1/10,000.
Amount = Annotated[float, Field(ge=1e-4, le=1_000_000, strict=True, allow_inf_nan=False)]
SQLITE = "sqlite:///"
LIMITS = ("max_madds", "max_params")  # the fields of [space] that belong to no space
Seed = Annotated[int, Field(ge=0, lt=2**63)]


class Section(BaseModel):
    """One table of the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _absolute_path(path: str) -> str:
    """With ~ spelt out. Raises ValueError."""
    if "\0" in path:
        raise ValueError("a path holds no NUL character")
    try:
        return str(Path(path).expanduser().absolute())
    except RuntimeError as error:  # ~somebody who is not there
        raise ValueError(str(error)) from error


class SearchSection(Section):
    """How much is tried, and by whom."""

    trials: Positive  # distinct candidates, failed ones included
    workers: Positive = 2  # processes of one thread each; the local pump uses this process
    seed: Seed = 0
    pump: Literal["ray", "local"] = "ray"
    address: str = ""  # of a Ray cluster, HOST:PORT or "auto"; empty: Ray is started here
    objective: str = "ap"  # a short name, "package.module:function" or "package.module:Class"
    objective_options: dict[str, Any] = {}  # arguments of the class's constructor
    # Runs whose trials the controller is told first, kept as absolute paths.
    warm_start: tuple[str, ...] = ()

    @field_validator("warm_start")
    @classmethod
    def _each_once(cls, runs: tuple[str, ...]) -> tuple[str, ...]:
        if "" in runs:
            raise ValueError("one of the runs has no name")
        return tuple(dict.fromkeys(map(_absolute_path, runs)))


class ControllerSection(Section):
    """What proposes: a short name or "package.module:Class", and arguments of its constructor."""

    name: str
    options: dict[str, Any] = {}


class TaskSection(Section):
    """What scores candidates: `detection` takes the sections below; others take the options."""

    # detection, spinebench, landscape, analytic, or "package.module:Class"
    name: str = "detection"
    options: dict[str, Any] = {}


class SpaceSection(Section):
    """The search space: a preset, what differs from it, and what a member may cost."""

    preset: str = "spinenet-49"  # `nas space` lists them
    # Blocks by level; given as a whole, as in { 2 = 1, 3 = 3 }.
    intermediates: Mapping[str, Annotated[Whole, Field(ge=1)]] | None = None
    offsets: tuple[Whole, ...] | None = None
    block_fns: tuple[str, ...] | None = None
    window: Annotated[Whole, Field(ge=0)] | None = None  # 0: no limit
    stem_levels: tuple[Whole, ...] | None = None
    output_levels: tuple[Whole, ...] | None = None
    min_level: Whole | None = None
    max_level: Whole | None = None
    level_order: tuple[Whole, ...] | None = None  # final levels of all blocks; []: searched
    # Of the detector at the run's fidelity, as the leaderboard has them.
    max_madds: Limit | None = None
    max_params: Limit | None = None


class HalvingSection(Section):
    """Asynchronous successive halving: a candidate is trained on only while it is among the best.

    Without rungs, which is the default, every candidate is trained to its end.
    """

    # Shares of fidelity.steps where training pauses; the full length always comes last.
    rungs: tuple[Share, ...] = ()
    reduction: Annotated[int, Field(ge=2, le=1000)] = 3  # of so many at a rung one goes on

    @field_validator("rungs")
    @classmethod
    def _rising(cls, rungs: tuple[float, ...]) -> tuple[float, ...]:
        if list(rungs) != sorted(set(rungs)):
            raise ValueError("give each rung once, the smallest first")
        return rungs


class FailuresSection(Section):
    """What becomes of a trial that does not end well."""

    # So often a trial is begun whose workers or nodes die; then it fails with the last of these.
    attempts: Annotated[int, Field(ge=1, le=1000)] = 3
    time_limit: Limit | None = None  # seconds of an attempt; a trial that takes longer fails
    # The search stops where of the `window` latest candidates this share crashed, met bad data, or
    # ended every worker that it was given to; 0: never.
    stop_share: Annotated[float, Field(ge=0, le=1, strict=True)] = 0.5
    window: Annotated[int, Field(ge=1, le=1_000_000)] = 20


class ResourcesSection(Section):
    """What Ray sets aside for each worker; its share of a GPU follows device.workers_per_gpu."""

    cpus: Amount = 1.0  # of which a training uses the whole ones as threads
    custom: dict[str, Amount] = {}  # resources that a cluster's nodes were given by name

    @field_validator("custom")
    @classmethod
    def _not_rays_own(cls, custom: dict[str, float]) -> dict[str, float]:
        for name in custom:
            if name in ("", "CPU", "GPU", "memory", "object_store_memory"):
                raise ValueError(
                    f"{name!r} is no custom resource: resources.cpus and device.workers_per_gpu "
                    "say what else a worker needs"
                )
            # Ray's own lists are cut at commas, and its placement groups make names of such kinds.
            if (
                not (name.isascii() and name.isprintable())
                or "," in name
                or "_group_" in name
                or name == "bundle"
                or name.startswith("node:__internal")
            ):
                raise ValueError(
                    f"{name!r} cannot name a resource: Ray takes printable ASCII without commas, "
                    "and keeps bundle, node:__internal..., and names with _group_ for itself"
                )
        return custom


class TrackSection(Section):
    """Where else a search's results go, as they come: see docs/tracking.md."""

    # true: event files in the run's directory; a folder: in one of its own there.
    tensorboard: bool | str = False
    mlflow: str = ""  # where MLflow tracks: a server's address, or sqlite:///FILE
    wandb: Literal["", "offline", "online"] = ""
    project: Annotated[str, Field(min_length=1)] = "spinenas"  # W&B's word; MLflow's: experiment

    @field_validator("tensorboard", mode="before")
    @classmethod
    def _switch_or_folder(cls, where: object) -> object:
        if not isinstance(where, bool | str):
            raise ValueError("give true, false or a folder")
        return _absolute_path(where) if where and isinstance(where, str) else bool(where)

    @field_validator("mlflow")
    @classmethod
    def _absolute_file(cls, uri: str) -> str:
        scheme, file = uri[: len(SQLITE)], uri[len(SQLITE) :]
        return f"{SQLITE}{_absolute_path(file)}" if scheme == SQLITE and file else uri


class DataSection(Section):
    """A COCO data set in `directory`, or generated scenes where it is empty."""

    directory: str = ""  # kept as an absolute path, so that a run can be resumed from anywhere
    images: str = "images"
    reward_images: str = ""  # folder of all pictures but those of the file `train`; empty: `images`
    train: str = "annotations/instances_train.json"
    reward: str = "annotations/instances_val.json"
    test: str = ""  # annotations of a split that no search reads; empty: none
    # So many images of `train`, drawn by `seed`, are the reward split instead of `reward`.
    holdout: Annotated[int, Field(ge=0)] = 0
    drop_empty_boxes: bool = False  # leave boxes without width or height out: COCO has two
    cache: str = ""  # where decoded images are kept; empty: the user's cache folder
    scenes_train: Positive = 3000
    scenes_reward: Positive = 400
    scenes_test: Annotated[int, Field(ge=0)] = 1000
    seed: Seed = 0  # of the scenes, or of the choice of a subset

    @field_validator("directory", "cache")
    @classmethod
    def _absolute(cls, directory: str) -> str:
        return _absolute_path(directory) if directory else ""


class Config(Section):
    """A whole search. Sections below `data` are what every candidate shares."""

    search: SearchSection
    controller: ControllerSection
    fidelity: Fidelity
    training: TrainingRecipe
    task: TaskSection = TaskSection()
    space: SpaceSection = SpaceSection()
    data: DataSection = DataSection()
    halving: HalvingSection = HalvingSection()
    failures: FailuresSection = FailuresSection()
    resources: ResourcesSection = ResourcesSection()
    track: TrackSection = TrackSection()
    detector: DetectorRecipe = DetectorRecipe()
    anchors: AnchorScale = AnchorScale()
    matching: MatchScale = MatchScale()
    loss: LossScale = LossScale()
    limits: DetectionLimits = DetectionLimits()
    augmentation: AugmentationRecipe = AugmentationRecipe()
    evaluation: EvaluationRecipe = EvaluationRecipe()
    device: DeviceRecipe = DeviceRecipe()

    def as_dict(self) -> dict[str, Any]:
        """Plain values for TOML, which has no null: what is None is left out."""
        return self.model_dump(mode="json", exclude_none=True)
