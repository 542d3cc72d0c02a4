"""What a training's folder goes through: kills, a full disk, another process."""

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from nas.cli import main
from nas.saved_step import SavedStep
from nas.train_directory import network_text
from proxy_tasks.full_training import read_metrics
from results.writer_lock import WriterLock
from search_space import SPINENET_49
from tests.nas.tiny_recipe import tiny_recipe


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return tiny_recipe(tmp_path_factory.mktemp("recipe"))


def train(recipe: str, run: Path, *options: str) -> int:
    return main(["train", "spinenet-49", "--recipe", recipe, "--run-dir", str(run), *options])


def test_what_a_kill_at_the_very_beginning_leaves_is_gone_on_with(
    recipe: str, tmp_path: Path
) -> None:
    begun = ("train-lock", "architecture.json", "classes.json", f"config.toml.{'0' * 32}.draft")
    for name in begun:
        (tmp_path / name).write_bytes(b"")
    assert train(recipe, tmp_path, "--fidelity.steps", "1", "--train.evaluations", "1") == 0
    assert (tmp_path / "network.pt").exists()


def test_a_full_disk_is_one_line_and_the_same_command_goes_on(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sync = os.fsync

    def full(descriptor: int) -> None:
        if (tmp_path / "checkpoint.pt").exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert train(recipe, tmp_path) == 2
    said = capsys.readouterr().err
    assert f"the training in {tmp_path} stopped ([Errno 28]" in said and said.count("\n") == 1
    assert train(recipe, tmp_path) == 0
    assert "going on behind step 3 of 8" in capsys.readouterr().out


def test_a_signal_loses_no_step(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = ["--fidelity.steps", "60", "--train.evaluations", "1", "--train.checkpoint_every"]
    runs, program = (tmp_path / "whole", tmp_path / "stopped"), [sys.executable, "-u", "-m"]
    words = ["train", "spinenet-49", "--recipe", recipe, "--run-dir", str(runs[1]), *long, "60"]
    with subprocess.Popen(
        [*program, "nas.cli", *words],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any(line.startswith("step 2/60") for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 143
    told = f"nas: interrupted: the same command goes on behind step (\\d+) with {runs[1]}\n$"
    found = re.search(told, said)
    assert found is not None, said
    assert 2 <= int(found[1]) < 60
    assert train(recipe, runs[1], *long, "50") == 0
    assert f"going on behind step {found[1]} of 60" in capsys.readouterr().out
    assert train(recipe, runs[0], *long, "50") == 0
    whole, stopped = (torch.load(run / "network.pt", weights_only=True) for run in runs)
    assert all(torch.equal(tensor, stopped[name]) for name, tensor in whole.items())


def test_who_is_stopped_before_the_first_checkpoint_hears_that_there_is_none() -> None:
    checkpoint = SavedStep(Path("runs/my run"))
    checkpoint.saved(0)
    assert checkpoint.way_on() == (
        "there is no checkpoint in 'runs/my run' yet: the same command begins anew"
    )


def test_a_folder_that_another_process_trains_in_stays_as_it_is(
    recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = WriterLock(tmp_path / "train")
    try:
        assert train(recipe, tmp_path) == 2
    finally:
        lock.release()
    assert "is being written by process" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["train-lock"]


@pytest.mark.parametrize(
    "damage", [b"\xff\xfe\x00\n", b'{"step": "x"}\n', b'{"step": Infinity}\n[]\n', b"[" * 99_999]
)
def test_lines_of_metrics_that_cannot_be_read_are_left_out(damage: bytes, tmp_path: Path) -> None:
    lines = b'{"step": 2}\n' + damage + b'\n{"step": 4}\n'
    (tmp_path / "metrics.jsonl").write_bytes(lines)
    assert [entry["step"] for entry in read_metrics(tmp_path)] == [2, 4]


@pytest.mark.parametrize(
    "config", ["train = 3\nfidelity = [1]\n", "train = 1999-12-31\n", f"train = {'[' * 5000}", "["]
)
def test_a_folder_whose_config_is_damaged_is_refused(
    config: str, recipe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(config)
    (tmp_path / "architecture.json").write_text(network_text(SPINENET_49))
    (tmp_path / "metrics.jsonl").write_text("")
    assert train(recipe, tmp_path) == 2
    said = capsys.readouterr().err
    assert "holds " in said and "give another --run-dir" in said and said.count("\n") == 1


@pytest.mark.parametrize("option", [("--data.holdout", "1"), ("--data.test", "x")])
def test_a_classifier_refuses_splits_that_it_does_not_know(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "spinenet-49", "--recipe", "classifier", "--device.name", "cpu"]
    assert main([*words, "--run-dir", str(tmp_path / "run"), *option]) == 2
    said = capsys.readouterr().err
    assert f"{option[0][2:]} is " in said and "--data.reward" in said and said.count("\n") == 1
