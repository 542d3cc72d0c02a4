"""A detector that `nas train` has trained, to be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nas.compose import cache_directory
from nas.data_progress import data_progress
from nas.errors import UsageError
from nas.recipe_source import load_recipe
from nas.train_config import TrainConfig
from nas.train_directory import CLASSES, CONFIG, NETWORK, read_class_names, read_network
from proxy_tasks.coco_data import load_split
from proxy_tasks.coco_evaluation import average_precision
from proxy_tasks.detector import Detector
from proxy_tasks.device import check_device, on_device, torch_device
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.errors import DataError
from proxy_tasks.image_source import image_source
from proxy_tasks.picture_files import PictureFiles
from proxy_tasks.retinanet import make_retinanet
from proxy_tasks.split_detections import detect_all
from proxy_tasks.trained_weights import NETWORK as WEIGHTS
from proxy_tasks.trained_weights import read_weights


@dataclass(frozen=True, slots=True, eq=False)
class PictureDetections:
    """K boxes of one picture, the surest first."""

    boxes: NDArray[np.float32]  # [K, 4] x1 y1 x2 y2 in pixels of the picture, edges not centres
    scores: NDArray[np.float32]  # [K], 0..1
    labels: NDArray[np.int64]  # [K], into the detector's class_names


@dataclass(frozen=True, slots=True, eq=False)
class TrainedDetector:
    """What `load_detector` gives. `network` takes [B, S, S, 3] RGB of 0..255, S its image_size."""

    network: Detector
    class_names: tuple[str, ...]
    config: TrainConfig
    device: DeviceRecipe

    def detect(self, pictures: Sequence[Path | str]) -> list[PictureDetections]:
        """What it finds on each of these files, as the training's own evaluation looks at pictures.

        Scores begin at the config's limits.score_threshold. A box may reach into the padding right
        of or below its picture. EXIF's rotation is left alone. Raises DataError, Diverged.
        """
        if not pictures:
            return []
        files = PictureFiles(
            [Path(path) for path in pictures], self.network.image_size, torch_device(self.device)
        )
        found = detect_all(self.network, files, len(pictures))
        boxes = found.boxes / files.scales[found.image_index, None]
        ends = np.searchsorted(found.image_index, np.arange(len(pictures) + 1)).tolist()
        rows = [slice(*pair) for pair in pairwise(ends)]
        return [PictureDetections(boxes[of], found.scores[of], found.labels[of]) for of in rows]

    def scores(
        self, directory: Path | str, annotations: str | None = None, images: str | None = None
    ) -> dict[str, float]:
        """COCO's twelve metrics on the pictures of a COCO annotation file, by the config's scorer.

        Both names are below `directory`; where they are not given they are those of the data that
        the training was scored on. NaN: of no object. Raises DataError, also for other classes
        than the training's, Diverged.
        """
        section = self.config.data
        with data_progress() as progress:
            split = load_split(
                Path(directory),
                self.network.image_size,
                cache_directory(self.config),
                annotations=annotations or section.reward,
                images=images or section.reward_images or section.images,
                drop_empty_boxes=section.drop_empty_boxes,
                progress=progress,
            )
        if split.class_names != self.class_names:
            raise DataError(
                f"{directory}: its classes are {', '.join(split.class_names)}, and the detector's "
                f"{', '.join(self.class_names)}: name the same, in the same order of ids"
            )
        images_of = image_source(split, torch_device(self.device))
        found = detect_all(self.network, images_of, len(split))
        return average_precision(split, found, areas=True, scorer=self.config.evaluation.scorer)


def load_detector(directory: Path | str, device: str = "cpu") -> TrainedDetector:
    """The RetinaNet of a finished `nas train`, from the folder of that training alone.

    `device`: cpu or cuda. Raises UsageError for another folder or network, InvalidWeights,
    MissingDevice.
    """
    folder = Path(directory)
    for name in (CONFIG, NETWORK, CLASSES, WEIGHTS):
        if not (folder / name).is_file():
            raise UsageError(
                f"{folder} holds no {name}, which a finished `nas train` leaves: type its command "
                "again, which goes on to the end, or name another folder"
            )
    config = load_recipe(str(folder / CONFIG), None, None, {})
    if config.train.network != "retinanet":
        raise UsageError(f"{folder} is of a {config.train.network}: load_detector reads retinanets")
    recipe = DeviceRecipe(name=device)
    check_device(recipe)
    names = read_class_names(folder)
    body, size = read_network(folder), config.fidelity.image_size
    network = make_retinanet(body, config, len(names), size, config.train.seed)
    read_weights(network, folder / WEIGHTS)
    return TrainedDetector(on_device(network.eval(), recipe), names, config, recipe)
