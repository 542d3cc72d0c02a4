"""What a full training's config is made into."""

from pathlib import Path

from nas.compose import cache_directory, make_data, make_detection_task, use_threads
from nas.errors import UsageError
from nas.train_config import TrainConfig
from proxy_tasks.array_cache import BuildProgress
from proxy_tasks.class_folders import load_class_folders
from proxy_tasks.classification_task import ClassificationTask
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.mask_rcnn_task import MaskRCNNTask

TrainTask = DetectionTask | MaskRCNNTask | ClassificationTask


def make_train_task(config: TrainConfig, progress: BuildProgress) -> TrainTask:
    """The task of the config's network, with its data. Raises DataError, UsageError."""
    if config.train.network == "classifier":
        return _classification(config, progress)
    if config.train.network == "mask-rcnn":
        return _mask_rcnn(config, progress)
    return make_detection_task(config, with_test=bool(config.data.test), progress=progress)


def _mask_rcnn(config: TrainConfig, progress: BuildProgress) -> MaskRCNNTask:
    if not config.data.directory:
        raise UsageError("data.directory is empty: name a COCO data set with masks, --data DIR")
    use_threads()
    with_test = bool(config.data.test)
    return MaskRCNNTask(
        make_data(config, with_test=with_test, progress=progress, outlines=True),
        config.fidelity,
        config.training,
        config.detector,
        config.anchors,
        config.mask_rcnn,
        config.limits,
        config.augmentation,
        config.device,
    )


def _classification(config: TrainConfig, progress: BuildProgress) -> ClassificationTask:
    section = config.data
    if not section.directory:
        raise UsageError(
            "data.directory is empty: name a folder of train/CLASS/*.jpg and val/CLASS/*.jpg with "
            "--data DIR"
        )
    for name in ("holdout", "test"):
        if value := getattr(section, name):
            raise UsageError(
                f"data.{name} is {value!r}, which a classifier does not know: name the folder of "
                "pictures to score on with --data.reward, and leave it out"
            )
    use_threads()
    data = load_class_folders(
        Path(section.directory),
        round(config.classifier.canvas * config.fidelity.image_size),
        cache_directory(config),
        train=section.train,
        reward=section.reward,
        progress=progress,
    )
    return ClassificationTask(
        data,
        config.fidelity,
        config.training,
        config.detector,
        config.classifier,
        config.augmentation,
        config.device,
    )
