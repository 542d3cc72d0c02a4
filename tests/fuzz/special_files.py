"""Pipes, devices, sockets, folders, links in a circle: wherever a file is named."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random

from proxy_tasks.coco_data import load_coco
from tests.fuzz.command import nas, read
from tests.fuzz.engine import Case
from tests.proxy_tasks.coco_folder import make_coco_folder

# Commands that name the file `odd`, with an ending that brings them to open it.
COMMANDS = (
    ["space", "odd.toml"], ["search", "odd.toml", "--run-dir", "new"], ["evaluate", "spinenet-49",
    "odd.toml"],
    ["show", "odd.json"], ["show", "spinenet-49", "--against", "odd"], ["cost", "odd"], ["show",
    "odd:0"],
    ["evaluate", "odd.json", "smoke", "--task.name", "analytic"], ["doctor", "odd.toml",
    "--run-dir", "new"],
    ["leaderboard", "odd"], ["leaderboard", "odd.sqlite"], ["resume", "odd"], ["resume",
    "odd.sqlite"], ["space", "odd"],
    ["export", "odd.json", "--format", "block-specs"], ["doctor", "smoke", "--run-dir", "new",
    "--against", "odd"],
    ["export", "spinenet-49", "--format", "safetensors", "--output", "out", "--weights", "odd"],
    ["export", "spinenet-49", "--format", "onnx", "--output", "out", "--activation", "relu",
    "--weights", "odd.npz"],
    ["search", "smoke", "--task.name", "analytic", "--pump", "local", "--trials", "1", "--run-dir",
    "odd"],
    ["search", "smoke", "--data", "odd", "--run-dir", "new"],
    ["search", "smoke", "--task.name", "analytic", "--pump", "local", "--warm-start", "odd",
    "--run-dir", "new"],
    ["evaluate", "spinenet-49", "smoke", "--data", "odd"], ["scorecard", "--runs", "odd",
    "--landscapes", "measured"],
    ["scorecard", "--runs", "odd.sqlite", "--landscapes", "measured", "--seeds", "1"],
)  # fmt: skip


def make_special_files(home: Path) -> Case:
    """A command, or the reader of a data set, on a file that is none."""
    whole = make_coco_folder(home / "coco")

    def case(rng: Random, folder: Path) -> bool:
        make = rng.choice(ODD)
        if rng.random() < 0.3:
            shutil.copytree(whole.path, folder / "coco")
            data = folder / "coco"
            names = (
                "images/1.png",
                "images/4.png",
                "annotations/instances_train.json",
                "images",
                "annotations",
            )
            victim = data / rng.choice(names)
            shutil.rmtree(victim) if victim.is_dir() else victim.unlink()
            make(victim)
            return read(lambda: load_coco(data, 32, folder / "cache")) is not None
        words = rng.choice(COMMANDS)
        for word in words:
            if word.startswith("odd"):
                make(folder / word.removesuffix(":0"))
        return nas(words, folder).accepted

    return case


def _socket(path: Path) -> None:
    before = Path.cwd()
    os.chdir(path.parent)  # a socket's whole path has room for 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


def _run_of_pipes(path: Path) -> None:
    path.mkdir()
    for name in ("run.sqlite", "config.toml"):
        os.mkfifo(path / name)


ODD: tuple[Callable[[Path], None], ...] = (
    os.mkfifo, Path.mkdir, Path.touch, _socket, _circle, _run_of_pipes, _link("/dev/zero"),
    _link("/dev/null"),
    _link("/dev/full"), _link("/dev/random"), _link("/dev/tty"), _link("nowhere"),
    _link("/proc/self/mem"), _link("."),
    _link("/proc/self/environ"), _link("/"),
)  # fmt: skip
