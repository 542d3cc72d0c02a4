"""The composition root: objects from a config. Rooms never see a config."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from controllers import Controller
from nas.cluster_address import check_pump
from nas.config import Config
from nas.detection_sections import DataSections, DetectionSections
from nas.errors import UsageError
from nas.gpu_check import check_gpus
from nas.halving import check_fidelities, check_halving, make_rungs
from nas.needed_metric import check_needed_metric
from nas.plugins import find_plugin, make_plugin
from nas.space_source import limited, make_space
from nas.study import Metrics, Objective
from nas.tracking import check_trackers
from proxy_tasks.array_cache import BuildProgress, silent
from proxy_tasks.coco_data import load_coco
from proxy_tasks.detection_dataset import DetectionData
from proxy_tasks.recipe import Fidelity
from proxy_tasks.scenes import make_scenes
from proxy_tasks.task import ProxyTask
from search_space import Architecture, ResNetFpn, SearchSpace
from search_space.model_sizes import ModelSize
from search_space.network_cost import network_cost

if TYPE_CHECKING:
    from proxy_tasks.detection_task import DetectionTask

REFERENCES = {  # other people's, to compare ours with; of the extra [scorecard]
    "pyglove": "nas.pyglove_evolution:PyGloveEvolution",
    "tpe": "nas.optuna_search:TPE",
}
CONTROLLERS = {
    "random": "controllers:RandomSearch",
    "evolution": "controllers:RegularizedEvolution",
    "local": "controllers:LocalSearch",
    "nsga2": "controllers:NSGA2",
    "ppo": "controllers:PPO",
    "predictor": "controllers:Predictor",
    "reinforce": "controllers:Reinforce",
    **REFERENCES,
}
COCO_CLASSES = 80  # what a task without data of its own is priced for
TASKS = {
    "analytic": "proxy_tasks.analytic_task:AnalyticTask",
    "detection": "proxy_tasks.detection_task:DetectionTask",  # made from the config's sections
    "landscape": "proxy_tasks.landscape:Landscape",
    "spinebench": "proxy_tasks.spinebench:spinebench",
}
OBJECTIVES = {
    "ap": "nas.objectives:ap",
    "ap_under": "nas.objectives:ApUnder",
    "ap_under_madds": "nas.objectives:ApUnderMadds",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a study is made of, besides its store."""

    space: SearchSpace
    controller: Controller
    objective: Objective
    cost: Callable[[Architecture], Metrics]


def make_parts(config: Config, progress: BuildProgress = silent) -> Parts:
    """Everything of a config, data included, so that a mistake shows before a run is made.

    `progress` is told of images that are not in the cache yet, as in `make_data`.
    """
    if config.task.name != "detection":
        task = make_task(config)
        check_halving(config, task)
        check_fidelities(config, task)
    elif config.task.options:
        raise UsageError(
            f"task.options.{next(iter(config.task.options))}: task 'detection' takes no options, "
            "only sections: leave it out, or name another task (task.name)"
        )
    make_rungs(config)
    check_pump(config)
    check_gpus(config)
    check_trackers(config)
    objective, whole = make_objective(config), make_space(config)
    make_controller(config, whole)  # its mistakes show before the minutes that data may take
    cost = make_cost(config, progress)
    # refuses widths that this space's blocks cannot have
    counted = cost(whole.decode(whole.unrank(0)))
    space = limited(whole, cost, config)
    controller = make_controller(config, space)
    check_needed_metric(controller, counted, lambda: find_plugin("task", config.task.name, TASKS))
    return Parts(space, controller, objective, cost)


def make_controller(config: Config, space: SearchSpace) -> Controller:
    """The controller with its options. Raises UsageError for options that it does not take."""
    section = config.controller
    controller: Controller = make_plugin(
        "controller",
        section.name,
        CONTROLLERS,
        section.options,
        space=space,
        seed=config.search.seed,
    )
    return controller


def make_objective(config: Config) -> Objective:
    """What turns metrics into a reward: a function, or an instance of a class with its options.

    Raises UsageError for options that it does not take.
    """
    name, options = config.search.objective, config.search.objective_options
    objective = find_plugin("objective", name, OBJECTIVES)
    if inspect.isclass(objective):
        objective = make_plugin("objective", name, OBJECTIVES, options)
    elif options:
        raise UsageError(f"objective {name!r} is no class, so it takes no options: {options}")
    if not callable(objective):
        raise UsageError(f"objective {name!r} is no function of metrics")
    made: Objective = objective
    return made


def make_data(
    config: DataSections,
    *,
    with_test: bool = False,
    progress: BuildProgress = silent,
    outlines: bool = False,
    pixels: bool = True,
) -> DetectionData:
    """The data of a config, decoded into the cache if they are not yet. Raises DataError.

    `progress` hears of the images of a split, done and all, that are decoded now: see
    `nas.data_progress`. It hears nothing where they are in the cache.

    With `outlines` objects have those of their segmentations, which scenes have not. Without
    `pixels` the pictures of a data set are not opened, see `load_coco`.

    The test split is left alone unless asked for: no search may see it.
    """
    section, fidelity = config.data, config.fidelity
    if not section.directory:
        if section.holdout:
            raise UsageError(
                "data.holdout takes images of a train file, but data.directory is empty: name a "
                "COCO data set with --data DIR"
            )
        return make_scenes(
            image_size=fidelity.image_size,
            train=min(section.scenes_train, fidelity.train_images or section.scenes_train),
            reward=min(section.scenes_reward, fidelity.reward_images or section.scenes_reward),
            test=section.scenes_test if with_test else 0,
            seed=section.seed,
            cache_dir=cache_directory(config),
            progress=progress,
        )
    return load_coco(
        Path(section.directory),
        fidelity.image_size,
        cache_directory(config),
        train=section.train,
        reward=section.reward,
        images=section.images,
        reward_images=section.reward_images or None,
        test=(section.test or None) if with_test else None,
        train_limit=fidelity.train_images,
        reward_limit=fidelity.reward_images,
        seed=section.seed,
        progress=progress,
        holdout=section.holdout,
        drop_empty_boxes=section.drop_empty_boxes,
        outlines=outlines,
        pixels=pixels,
    )


def make_task(config: Config) -> ProxyTask:
    """What scores candidates. Raises UsageError for options that a plug-in does not take."""
    section = config.task
    if section.name == "detection":
        return make_detection_task(config)
    task: ProxyTask = make_plugin("task", section.name, TASKS, section.options)
    return task


def make_tested_task(config: Config) -> ProxyTask:
    """The detection task of a config that scores what it trained on the test split, too."""
    return make_detection_task(config, with_test=True)


def make_detection_task(
    config: DetectionSections, *, with_test: bool = False, progress: BuildProgress = silent
) -> "DetectionTask":
    """The detection task of a config, with its data mapped. Imports torch."""
    from proxy_tasks.detection_task import DetectionTask

    use_threads()
    return DetectionTask(
        data=make_data(config, with_test=with_test, progress=progress),
        fidelity=config.fidelity,
        training=config.training,
        detector=config.detector,
        anchors=config.anchors,
        matching=config.matching,
        loss=config.loss,
        limits=config.limits,
        augmentation=config.augmentation,
        evaluation=config.evaluation,
        device=config.device,
    )


def make_cost(
    config: Config, progress: BuildProgress = silent
) -> Callable[[Architecture | ResNetFpn], Metrics]:
    """Parameters and multiply-adds of the detector that a candidate is trained as.

    Reads the data of a detection task, and so finds what is wrong with them, for their number of
    classes. Raises DataError.
    """
    return detector_cost(config, num_classes(config, progress), config.fidelity)


def num_classes(config: Config, progress: BuildProgress = silent) -> int:
    """Of the data of a detection task, which are read; of another task COCO's. Raises DataError."""
    if config.task.name != "detection":
        return COCO_CLASSES
    return make_data(config, progress=progress).train.num_classes


def detector_cost(
    config: Config, num_classes: int, fidelity: Fidelity
) -> Callable[[Architecture | ResNetFpn], Metrics]:
    """The same of a fidelity that need not be the config's."""
    backbone = fidelity.backbone_scale()
    head = fidelity.head_scale(num_classes=num_classes, anchors_per_cell=config.anchors.per_cell)

    def cost(body: Architecture | ResNetFpn) -> Metrics:
        body = body.at(backbone) if isinstance(body, ResNetFpn) else body
        model = ModelSize(body, backbone, head)
        found = network_cost(model, "retinanet", fidelity.image_size)
        return {"params": found.params, "madds": found.madds}

    return cost


def cache_directory(config: DataSections) -> Path:
    """Where decoded images are kept: the config's folder, or the user's cache folder."""
    if config.data.cache:
        return Path(config.data.cache)
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:  # the XDG specification has a relative path ignored
        return (base if base.is_absolute() else Path.home() / ".cache") / "spinenas"
    except RuntimeError:
        raise UsageError("no home directory for a cache: name one with --data.cache DIR") from None


def use_threads() -> None:
    """Let torch have the threads of a training."""
    import torch

    torch.set_num_threads(_threads())


def _threads() -> int:
    """Threads of a training: one, unless OMP_NUM_THREADS says otherwise; at most one a core."""
    text = os.environ.get("OMP_NUM_THREADS", "1").split(",")[0]
    asked = int(text[:9]) if text.isdecimal() else 1
    return max(1, min(asked, os.cpu_count() or 1))
