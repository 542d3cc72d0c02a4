"""Weights and checkpoints: safetensors, .npz, .pt, and pickles that would run something."""

import hashlib
import io
import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch

from nas.official_source import official_arrays
from proxy_tasks.backbone_file import BackboneRecipe, load_backbone, save_backbone
from proxy_tasks.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from proxy_tasks.official_weights import load_official_weights
from search_space import Architecture, BlockSpec
from search_space.scale import BackboneScale
from tests.fuzz.command import nas, read
from tests.fuzz.engine import Case, Fault
from tests.fuzz.mutations import damaged_bytes, damaged_document

IDENTITY = "of this training"
SMALL = Architecture(
    (BlockSpec(2, "bottleneck", (0, 1)), BlockSpec(3, "residual", (1, 2), True)), output_levels=(3,)
)
NARROW = BackboneScale(filter_scale=0.0625, endpoint_filters=2)


class Evil:
    """Unpickled by whoever reads pickles, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.path),)  # a function of C: no class of ours has to be found


def make_weights(_home: Path) -> Case:
    """Each reader of weights on damaged files of its own and of the others' formats."""
    recipe = BackboneRecipe(SMALL, NARROW)
    backbone = recipe.build(torch.Generator().manual_seed(0))
    whole = save_backbone(backbone, recipe)
    archive = io.BytesIO()
    arrays = [np.full((2, 2), i, np.float32) for i in range(4)]
    np.savez(archive, *arrays)

    def case(rng: Random, folder: Path) -> bool:
        trap = folder / "trap"
        match rng.randrange(6):
            case 0:
                accepted = _checkpoint(_state(), trap, folder, rng)
            case 1:
                (folder / "w.npz").write_bytes(_damaged(archive.getvalue(), trap, rng))
                found = read(lambda: official_arrays(folder / "w.npz"))
                if found is not None:
                    read(lambda: load_official_weights(backbone, found, None))
                accepted = found is not None
            case _:
                (folder / "w").write_bytes(_safetensors(whole, trap, rng))
                loaded = read(lambda: load_backbone(folder / "w"))
                accepted = loaded is not None
                if (
                    loaded is not None
                    and loaded[1].state_dict().keys() != backbone.state_dict().keys()
                ):
                    raise Fault("weights of another network were taken")
                if rng.random() < 0.1:
                    words = ["--format", "safetensors", "--output", "out", "--weights", "w"]
                    nas(["export", "spinenet-49", *words], folder)
        if trap.exists():
            raise Fault("a pickle was run")
        return accepted

    return case


def _safetensors(whole: bytes, trap: Path, rng: Random) -> bytes:
    """Damage anywhere, or in the header alone, whose length then fits."""
    if rng.random() < 0.5:
        return _damaged(whole, trap, rng)
    (length,) = struct.unpack("<Q", whole[:8])
    header = json.loads(whole[8 : 8 + length])
    if rng.random() < 0.6:
        inner = damaged_document(json.loads(header["__metadata__"]["spinenas"]), rng)
        header["__metadata__"]["spinenas"] = _json(inner)
    else:
        header = damaged_document(header, rng)
    text = _json(header).encode(errors="replace")
    return struct.pack("<Q", len(text)) + text + whole[8 + length :]


def _json(document: Any) -> str:
    try:
        return json.dumps(document)
    except ValueError:  # an integer of more than 4,300 digits
        return '{"scale": 1' + "0" * 5000 + "}"


def _damaged(whole: bytes, trap: Path, rng: Random) -> bytes:
    if rng.random() < 0.3:
        return rng.choice(_pickles(trap))
    return damaged_bytes(whole, rng)


def _pickles(trap: Path) -> list[bytes]:
    """A pickle alone, torch's way, numpy's way in a .npz, and behind a right digest."""
    evil = Evil(trap)
    saved, objects, legacy = io.BytesIO(), io.BytesIO(), io.BytesIO()
    torch.save({"identity": IDENTITY, "model": evil}, saved)
    torch.save({"identity": IDENTITY, "model": evil}, legacy, _use_new_zipfile_serialization=False)
    np.savez(objects, np.array([evil], dtype=object), allow_pickle=True)
    array = io.BytesIO()
    np.save(array, np.array([evil], dtype=object), allow_pickle=True)
    raw = [
        pickle.dumps(evil),
        saved.getvalue(),
        legacy.getvalue(),
        objects.getvalue(),
        array.getvalue(),
    ]
    return raw + [hashlib.sha256(content).digest() + content for content in raw]


def _state() -> TrainingState:
    tensors = {"weight": torch.arange(6.0), "steps": torch.tensor(3)}
    return TrainingState(
        3, tensors, {"state": {0: tensors}}, torch.ones(3, 2), [torch.get_rng_state()]
    )


def _checkpoint(state: TrainingState, trap: Path, folder: Path, rng: Random) -> bool:
    """A file of a checkpoint is used whole or not at all, whoever wrote it."""
    path = folder / "0.pt"
    save_checkpoint(state, IDENTITY, path)
    path.write_bytes(
        _damaged(path.read_bytes(), trap, rng) if rng.random() < 0.9 else path.read_bytes()
    )
    found = load_checkpoint(path, IDENTITY)
    if found is not None and not torch.equal(found.model["weight"], state.model["weight"]):
        raise Fault("a damaged checkpoint was used")
    return found is not None
