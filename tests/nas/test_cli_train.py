"""`nas train`: from a command to weights that `nas export` takes, through whatever stops it."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from nas.cli import main
from proxy_tasks.errors import ProxyTaskError
from proxy_tasks.full_training import read_metrics
from proxy_tasks.torchvision_operators import load_torchvision
from search_space import SPINENET_49
from search_space.block_specs import to_json
from tests.nas.tiny_recipe import tiny_recipe
from tests.proxy_tasks.masked_folder import masked_folder
from tests.proxy_tasks.test_classification_task import class_folders

ROOT = Path(__file__).parents[2]


def command(recipe: str, run: Path, *options: str) -> list[str]:
    return ["train", "spinenet-49", "--recipe", recipe, "--run-dir", str(run), *options]


def weights(run: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(run / "network.pt", weights_only=True)
    return state


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_recipe(tmp_path_factory.mktemp("recipe"))


@pytest.fixture(scope="module")
def trained(recipe: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("trained") / "run"
    assert main(command(recipe, run)) == 0
    return run


def test_metrics_have_losses_and_ap_by_step(trained: Path) -> None:
    entries = read_metrics(trained)
    assert [entry["step"] for entry in entries] == [2, 4, 6, 8]
    assert all(isinstance(entry["box_loss"], float) for entry in entries)
    assert [entry["step"] for entry in entries if "APl" in entry] == [4, 8]


def test_its_backbone_is_exported_with_its_weights(trained: Path, tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    out = tmp_path / "copy.safetensors"
    file = trained / "weights.safetensors"
    words = ["export", "spinenet-49", "--format", "safetensors", "--weights", str(file)]
    assert main([*words, "--output", str(out)]) == 0
    assert out.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    "words",
    [["evaluate", "RUN"], ["evaluate", "RUN:0"], ["leaderboard", "RUN"], ["show", "RUN"]],
    ids=" ".join,
)
def test_who_takes_a_training_for_a_run_hears_what_is_in_it(
    words: list[str], trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.replace("RUN", str(trained)) for word in words]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"nas: {trained} is a training of `nas train`: its scores are in metrics.jsonl, its "
        f"network is {trained}/architecture.json\n"
    )
    assert main(["show", str(trained / "architecture.json")]) == 0


@pytest.mark.parametrize("name", ["network.pt", "weights.safetensors", "checkpoint.pt"])
def test_who_takes_weights_for_an_architecture_hears_where_that_is(
    name: str, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(trained / name), "--format", "block-specs"]) == 2
    assert capsys.readouterr().err == (
        f"nas: {trained / name} holds weights, not an architecture: give RUN_DIR:TRIAL, or "
        f"{trained}/architecture.json beside it\n"
    )


def test_the_same_command_shows_a_finished_training_again(
    trained: Path, recipe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = weights(trained)
    assert main(command(recipe, trained)) == 0
    assert "going on behind step 8 of 8" in capsys.readouterr().out
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(trained).items())


def test_its_config_is_a_recipe_of_the_same_training(trained: Path, tmp_path: Path) -> None:
    assert main(command(str(trained / "config.toml"), tmp_path / "again")) == 0
    ours, theirs = weights(tmp_path / "again"), weights(trained)
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_a_training_that_is_killed_goes_on_to_the_same_bits(
    trained: Path, recipe: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    words = [sys.executable, "-u", "-m", "nas.cli", *command(recipe, run)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("step 4/8"):
                break
        process.kill()
        process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    assert not (run / "network.pt").exists()
    assert main(command(recipe, run)) == 0
    ours, theirs = weights(run), weights(trained)
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_torchrun_trains_with_two_processes(recipe: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    short = ["--fidelity.steps", "2", "--train.evaluations", "1"]
    words = [sys.executable, *torchrun, "-m", "nas.cli", *command(recipe, run, *short)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert "on 2 processes (cpu)" in done.stdout
    assert done.stdout.count("run directory:") == 1
    assert [entry["step"] for entry in read_metrics(run)] == [2]


def test_a_plan_trains_nothing(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(recipe, tmp_path / "run", "--plan")) == 0
    told = capsys.readouterr().out
    assert "cost: " in told and "s a step (measured)" in told
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("network", "counted"),
    [
        ("retinanet", "6 pictures to train on, 3 to score on, 2 classes"),
        ("classifier", "6 pictures to train on, 3 to score on, 3 classes"),
    ],
)
def test_a_plan_without_the_gpu_counts_the_data_and_opens_no_picture(
    network: str,
    counted: str,
    recipe: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    data = {"retinanet": masked_folder, "classifier": lambda path: class_folders(path, 2, 1)}
    options = {
        "train.network": network,
        "data.directory": str(data[network](tmp_path / "data")),
        "device.name": "cuda",
    }
    if network == "classifier":
        options |= {"data.train": "train", "data.reward": "val"}
    for picture in (tmp_path / "data").rglob("*.png"):
        picture.write_bytes(b"no picture")
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    assert main([*command(recipe, tmp_path / "run", *words), "--plan"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert counted in said[1]
    assert said[-1].startswith("time: not measured: device.name is 'cuda', but torch finds no GPU")
    assert not (tmp_path / "run").exists()


def test_a_plan_without_the_data_counts_what_the_recipe_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    nowhere = ["--data", "/nowhere/coco"]
    assert main(["train", "spinenet-96", "--recipe", "retinanet-b", *nowhere, "--plan"]) == 0
    network, data, training, cost, time = capsys.readouterr().out.splitlines()
    assert "retinanet at 1024 px" in network  # its published size
    assert data == "data: /nowhere/coco: not there; counted as for 80 classes"
    assert training == "training: 162050 steps of 256 pictures, on 1 process (cuda)"
    assert "x 41484800 images x 3" in cost
    assert "no GPU" in time and "/nowhere/coco: no such data directory" in time


def test_the_plan_counts_multiply_adds_as_nas_cost_does(
    tmp_path: Path, recipe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "spinenet-49", "smoke", "--format", "json"]) == 0
    madds = json.loads(capsys.readouterr().out)["madds"]
    smoke = tmp_path / "smoke.toml"
    smoke.write_text(_as_recipe("smoke"))
    assert main([*command(str(smoke), tmp_path / "run"), "--plan"]) == 0
    assert f"({madds:.3g} x " in capsys.readouterr().out


def _as_recipe(preset: str) -> str:
    import tomli_w

    from nas.config_source import load_config
    from nas.train_config import TrainConfig

    document: dict[str, Any] = load_config(preset, {}).as_dict()
    kept = {name: document[name] for name in TrainConfig.model_fields if name in document}
    return tomli_w.dumps({**kept, "train": {"network": "retinanet"}})


def test_another_training_in_its_folder_is_refused(
    trained: Path, recipe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(recipe, trained, "--fidelity.batch_size", "2")) == 2
    said = capsys.readouterr().err
    assert "fidelity.batch_size is 4, not 2: give another --run-dir" in said
    assert said.count("\n") == 1


def test_another_network_in_its_folder_is_refused(
    trained: Path, recipe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "r0-sp53", "--recipe", recipe, "--run-dir", str(trained)]
    assert main(words) == 2
    assert "holds the training of another network" in capsys.readouterr().err


def test_a_training_goes_on_when_its_data_have_moved(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And where the file of pictures to score on has another name."""
    data, moved = masked_folder(tmp_path / "data"), tmp_path / "moved"
    short = ["--fidelity.steps", "2", "--train.evaluations", "1", "--train.checkpoint_every", "1"]
    words = command(recipe, tmp_path / "run", *short, "--data.cache", str(tmp_path / "cache"))
    assert main([*words, "--data", str(data), "--fidelity.stop_step", "1"]) == 0
    data.rename(moved)
    (moved / "annotations/instances_val.json").rename(moved / "annotations/other.json")
    assert main([*words, "--data", str(moved), "--data.reward", "annotations/other.json"]) == 0
    assert "going on behind step 1 of 2" in capsys.readouterr().out
    assert str(moved) in (tmp_path / "run/config.toml").read_text()


def test_other_data_in_the_same_folder_are_refused(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = {"directory": masked_folder(tmp_path / "data"), "cache": tmp_path / "cache"}
    options = [word for name, value in data.items() for word in (f"--data.{name}", str(value))]
    short = ["--fidelity.steps", "1", "--train.evaluations", "1"]
    words = command(recipe, tmp_path / "run", *options, *short)
    assert main(words) == 0
    config = (tmp_path / "run/config.toml").read_text()
    other = masked_folder(tmp_path / "other", train=5)
    for directory in (data["directory"], other):
        file = directory / "annotations" / "instances_train.json"
        document = json.loads(file.read_text())
        file.write_text(json.dumps(document | {"annotations": document["annotations"][1:]}))
        assert main([*words, "--data", str(directory)]) == 2
        assert "or other data: give another --run-dir" in capsys.readouterr().err
    assert (tmp_path / "run/config.toml").read_text() == config


def test_a_folder_in_which_nothing_was_trained_takes_another_command(
    recipe: str, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert main(command(recipe, run, "--data", str(tmp_path / "nowhere"))) == 2
    short = ["--fidelity.steps", "1", "--train.evaluations", "1"]
    assert main(command(recipe, run, *short)) == 0


def test_a_folder_of_something_else_is_refused(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(command(recipe, tmp_path)) == 2
    assert "is no training: give another --run-dir" in capsys.readouterr().err


def test_a_resnet_and_a_network_of_a_file_are_trained(recipe: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(to_json(SPINENET_49))
    short = ["--fidelity.steps", "1", "--train.evaluations", "1"]
    for name in ("resnet-50-fpn", str(file)):
        run = tmp_path / f"run-{Path(name).stem}"
        assert main(["train", name, "--recipe", recipe, "--run-dir", str(run), *short]) == 0
        assert (run / "network.pt").exists()


B = ("--recipe", "retinanet-b")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["spinenet-49"], "--recipe"),
        (
            ["resnet-50-fpn", "--recipe", "retinanet-b", "--model-size", "spinenet-96"],
            "leave --model-size out",
        ),
        (["spinenet-49", *B, "--model-size", "96"], "no model size '96'"),
        (["spinenet-49", "--recipe", "retinanet-small", "--data", "/nowhere"], "/nowhere"),
        (["spinenet-49", "--recipe", "retinanet-b", "--trial", "3"], "unknown option '--trial'"),
    ],
)
def test_a_mistake_ends_in_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *words]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1


def test_a_classifier_is_trained_from_class_folders(tmp_path: Path) -> None:
    data, run = class_folders(tmp_path / "data", 2, 1), tmp_path / "run"
    small = {
        "device.name": "cpu",
        "data.cache": str(tmp_path / "cache"),
        "fidelity.precision": "float32",
        "fidelity.image_size": "32",
        "fidelity.filter_scale": "0.125",
        "fidelity.batch_size": "2",
        "fidelity.steps": "2",
        "train.evaluations": "1",
    }
    options = [word for name, value in small.items() for word in (f"--{name}", value)]
    words = ["train", "spinenet-49", "--recipe", "classifier", "--data", str(data)]
    assert main([*words, "--run-dir", str(run), *options]) == 0
    assert {"top1", "top5"} <= set(read_metrics(run)[-1])
    assert (run / "network.pt").exists()


def test_mask_rcnn_is_trained_on_segmentations(tmp_path: Path) -> None:
    try:
        load_torchvision()
    except ProxyTaskError as error:
        pytest.skip(str(error))
    data, run = masked_folder(tmp_path / "data", 2, 1), tmp_path / "run"
    narrow = dict.fromkeys(("rpn_filters", "box_filters", "box_hidden", "mask_filters"), "16")
    small = {
        "device.name": "cpu",
        "data.cache": str(tmp_path / "cache"),
        "fidelity.precision": "float32",
        "fidelity.image_size": "64",
        "fidelity.filter_scale": "0.125",
        "fidelity.endpoint_filters": "16",
        "fidelity.batch_size": "2",
        "fidelity.steps": "2",
        "train.evaluations": "1",
        **{f"mask_rcnn.{name}": value for name, value in narrow.items()},
    }
    options = [word for name, value in small.items() for word in (f"--{name}", value)]
    words = ["train", "spinenet-49", "--recipe", "mask-rcnn", "--data", str(data)]
    assert main([*words, "--run-dir", str(run), *options]) == 0
    assert {"AP", "mask_AP", "mask_APl"} <= set(read_metrics(run)[-1])
    assert (run / "weights.safetensors").exists()
