"""A full training on disk: its config and network beside what `FullTraining` writes."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from nas.errors import UsageError
from nas.train_config import TrainConfig
from proxy_tasks.checkpoint import training_identity
from proxy_tasks.full_training import CHECKPOINT, METRICS
from proxy_tasks.whole_file import DRAFTS, write_whole
from results.shell_word import shell_word
from search_space.architecture import Architecture
from search_space.block_specs import from_json, to_json
from search_space.errors import InvalidArchitecture, InvalidSpace
from search_space.resnet_fpn import ResNetFpn

CONFIG, NETWORK = "config.toml", "architecture.json"
CLASSES = "classes.json"  # the names of the labels, from 0
LOCKED = "train"  # what the lock of a training is named after
HEADER = "# The effective config of this training: --recipe takes this file.\n\n"


def default_train_directory(name: str, recipe: str, size: str | None) -> Path:
    """The same folder below `runs/` for the same command, so that it goes on when typed again."""
    parts = ["train", name, Path(recipe).stem, *([] if size is None else [f"size-{size}"])]
    plain = ["".join(c if c.isalnum() or c in ".-" else "-" for c in part) for part in parts]
    return Path("runs") / "-".join(plain)


def network_text(body: Architecture | ResNetFpn) -> str:
    """What tells one network's file from another's, and `nas train` reads if it is a SpineNet."""
    if isinstance(body, Architecture):
        return to_json(body)
    return json.dumps({"resnet_fpn": body.depths}) + "\n"


def read_network(directory: Path) -> Architecture | ResNetFpn:
    """What `network_text` told. Raises UsageError."""
    file = directory / NETWORK
    try:
        text = file.read_text("utf-8")
        document = json.loads(text)
        if isinstance(document, dict) and "resnet_fpn" in document:
            return ResNetFpn(tuple(document["resnet_fpn"]))
        return from_json(text)
    except (InvalidArchitecture, InvalidSpace, ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{file} holds no network: {error}") from error


def read_class_names(directory: Path) -> tuple[str, ...]:
    """The names of the labels, from 0. Raises UsageError."""
    file = directory / CLASSES
    try:
        names = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no JSON: {error}") from error
    if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
        raise UsageError(f"{file} is no list of names")
    return tuple(names)


def train_identity(body: Architecture | ResNetFpn, config: TrainConfig, data: str) -> str:
    """Of all that the final weights depend on, but for the kind of machine and torch's version.

    `data`: a digest of the training pictures' objects.
    """
    return training_identity(network_text(body), _binding(config.as_dict()), data)


def check_training(directory: Path, body: Architecture | ResNetFpn, config: TrainConfig) -> None:
    """Raises UsageError where there is another training, or something else, in `directory`."""
    if not str(directory).isprintable():
        raise UsageError(f"directory {str(directory)!r}: choose a name of printable characters")
    if directory.exists() and (not directory.is_dir() or _is_occupied(directory)):
        raise UsageError(f"{directory} exists already and is no training: give another --run-dir")
    if any((directory / name).exists() for name in (CHECKPOINT, METRICS)):
        _refuse_other(directory, body, config)


def write_training(
    directory: Path,
    body: Architecture | ResNetFpn,
    config: TrainConfig,
    class_names: Sequence[str],
) -> None:
    """Write what is trained, and how, into `directory`, which `check_training` has let pass."""
    write_whole(directory / NETWORK, network_text(body).encode())
    write_whole(directory / CLASSES, (json.dumps(class_names) + "\n").encode())
    write_whole(directory / CONFIG, (HEADER + tomli_w.dumps(config.as_dict())).encode())


def _is_occupied(directory: Path) -> bool:
    """Whether there is more than a training that was stopped at its very beginning leaves."""
    if (directory / CONFIG).is_file():
        return False
    drafts = (f"{name}{DRAFTS[1:]}" for name in (NETWORK, CLASSES, CONFIG))
    begun = (NETWORK, CLASSES, f"{LOCKED}-lock", *drafts)
    return not all(any(path.match(name) for name in begun) for path in directory.iterdir())


def _refuse_other(directory: Path, body: Architecture | ResNetFpn, config: TrainConfig) -> None:
    try:
        there = tomllib.loads((directory / CONFIG).read_text("utf-8"))
        network = (directory / NETWORK).read_text("utf-8")
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{directory} holds no training that can be read ({error}): give another --run-dir"
        ) from None
    if network != network_text(body):
        raise UsageError(
            f"{directory} holds the training of another network: give another --run-dir"
        )
    ours, theirs = _leaves(_binding(config.as_dict())), _leaves(_binding(there))
    for name in [*ours, *theirs]:
        if ours.get(name) != theirs.get(name):
            raise UsageError(
                f"{shell_word(directory)} holds a training whose {name} is {theirs.get(name)}, not "
                f"{ours.get(name)}: give another --run-dir, or that value"
            )


def _binding(document: dict[str, Any]) -> dict[str, Any]:
    """Without what may differ when a training goes on."""
    kept = json.loads(json.dumps(document, default=str))  # TOML has dates, too
    for name in (*TrainConfig.FREE, "device"):
        section, _, field = name.partition(".")
        if not field:
            kept.pop(section, None)
        elif isinstance(kept.get(section), dict):
            kept[section].pop(field, None)
    return dict(sorted(kept.items()))


def _leaves(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            found |= _leaves(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
