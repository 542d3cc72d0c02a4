"""A trained detector in use, held to what its training measured and to pycocotools."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from nas import TrainedDetector, UsageError, load_detector
from nas.cli import main
from proxy_tasks import DataError, InvalidWeights
from proxy_tasks.full_training import read_metrics
from tests.nas.tiny_recipe import tiny_recipe
from tests.proxy_tasks.masked_folder import masked_folder

VAL = "annotations/instances_val.json"


@dataclass(frozen=True)
class Trained:
    data: Path  # pictures of 64 x 48 px
    run: Path  # on canvases of 96 px


GOOD = {
    "detector.normalization": "group_norm",
    "detector.stochastic_depth": "0",
    "anchors.size": "1.5",
    "anchors.octaves": "1",
    "anchors.ratios": "[1.0]",
    "matching.positive": "0.4",
    "matching.negative": "0.3",
    "loss.box_weight": "20",
    "fidelity.image_size": "96",
    "train.evaluations": "1",
}


def train(folder: Path, data: Path, network: str, *options: str) -> Path:
    run = folder / network
    good = [word for name, value in GOOD.items() for word in (f"--{name}", value)]
    words = ["train", network, "--recipe", tiny_recipe(folder), "--run-dir", str(run)]
    assert main([*words, "--data", str(data), *good, *options]) == 0
    return run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("trained")
    data = masked_folder(folder / "data")
    return Trained(data, train(folder, data, "spinenet-49", "--fidelity.steps", "100"))


@pytest.fixture(scope="module")
def detector(trained: Trained) -> TrainedDetector:
    return load_detector(trained.run)


def test_it_scores_what_its_training_has_measured(
    trained: Trained, detector: TrainedDetector
) -> None:
    last = read_metrics(trained.run)[-1]
    found = detector.scores(trained.data)
    assert found["AP"] > 0.5
    assert {name: value for name, value in found.items() if value == value} == {
        name: last[name] for name in found if last[name] is not None
    }


def test_boxes_are_in_pixels_of_the_picture(trained: Trained, detector: TrainedDetector) -> None:
    """pycocotools, of boxes and the annotation file as they are, gives the AP of metrics.jsonl."""
    truth = COCO(str(trained.data / VAL))
    ids = {record["name"]: number for number, record in truth.cats.items()}
    files = [trained.data / "images" / record["file_name"] for record in truth.imgs.values()]
    results = [
        {
            "image_id": image,
            "category_id": ids[detector.class_names[label]],
            "bbox": [x1, y1, x2 - x1, y2 - y1],
            "score": score,
        }
        for image, found in zip(truth.imgs, detector.detect(files), strict=True)
        for (x1, y1, x2, y2), score, label in zip(
            found.boxes.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True
        )
    ]
    evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(read_metrics(trained.run)[-1]["AP"], abs=1e-6)


def test_the_surest_box_of_a_picture_is_first(trained: Trained, detector: TrainedDetector) -> None:
    (found,) = detector.detect([trained.data / "images" / "101.png"])
    assert len(found.scores) > 1
    assert (found.scores[:-1] >= found.scores[1:]).all()
    assert found.scores.max() <= 1 and found.labels.max() < 2


def test_nothing_but_the_folder_of_the_training_is_needed(trained: Trained, tmp_path: Path) -> None:
    config = (trained.run / "config.toml").read_text()
    shutil.copytree(trained.run, tmp_path / "run")
    (tmp_path / "run/config.toml").write_text(config.replace(str(trained.data), "/nowhere"))
    (tmp_path / "run/checkpoint.pt").unlink()
    file = tmp_path / "tall.jpg"
    Image.new("L", (20, 300)).save(file)
    elsewhere = load_detector(str(tmp_path / "run"))
    assert elsewhere.class_names == ("triangle", "rectangle")
    first, second = elsewhere.detect([str(file), file])
    assert first.boxes.max() > 100  # its canvas has 96
    assert (first.boxes == second.boxes).all()
    assert elsewhere.detect([]) == []


def test_the_baseline_is_loaded_too(trained: Trained, tmp_path: Path) -> None:
    short = ["--fidelity.steps", "1"]
    run = train(tmp_path, trained.data, "resnet-50-fpn", *short)
    assert load_detector(run).scores(trained.data)["AP"] == read_metrics(run)[-1]["AP"]


def cut_weights(run: Path) -> None:
    (run / "network.pt").write_bytes((run / "network.pt").read_bytes()[:-1000])


def other_weights(run: Path) -> None:
    text = (run / "config.toml").read_text()
    (run / "config.toml").write_text(text.replace("head_filters = 16", "head_filters = 8"))


def unfinished(run: Path) -> None:
    (run / "network.pt").unlink()


def classifier(run: Path) -> None:
    text = (run / "config.toml").read_text()
    (run / "config.toml").write_text(text.replace('"retinanet"', '"classifier"'))


@pytest.mark.parametrize(
    ("damage", "error", "message"),
    [
        (cut_weights, InvalidWeights, "network.pt holds no weights that can be read"),
        (other_weights, InvalidWeights, "network.pt: head.*has shape"),
        (unfinished, UsageError, "holds no network.pt, .* type its command again"),
        (classifier, UsageError, "is of a classifier: load_detector reads retinanets"),
        (lambda run: (run / "classes.json").write_text("{}"), UsageError, "is no list of names"),
        (lambda run: (run / "architecture.json").write_text("{"), UsageError, "holds no network"),
        (
            lambda run: (run / "architecture.json").write_text('{"resnet_fpn": [1]}'),
            UsageError,
            "holds no network",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(
    damage: Callable[[Path], object],
    error: type[Exception],
    message: str,
    trained: Trained,
    tmp_path: Path,
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained.run, run)
    damage(run)
    with pytest.raises(error, match=message) as caught:
        load_detector(run)
    assert "\n" not in str(caught.value)


def test_what_is_no_picture_is_named(detector: TrainedDetector, tmp_path: Path) -> None:
    for name in ("none.png", "text.png"):
        (tmp_path / "text.png").write_text("no picture")
        with pytest.raises(DataError, match=rf"{name}: the picture cannot be decoded \("):
            detector.detect([tmp_path / name])


def test_data_of_other_classes_are_refused(
    trained: Trained, detector: TrainedDetector, tmp_path: Path
) -> None:
    data = shutil.copytree(trained.data, tmp_path / "data")
    document = json.loads((data / VAL).read_text())
    document["categories"][0]["name"] = "circle"
    (data / VAL).write_text(json.dumps(document))
    with pytest.raises(DataError, match="circle, rectangle, and the detector's triangle, rect"):
        detector.scores(data)
