"""A backbone in a file: safetensors, with what it is built of in the metadata."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from proxy_tasks.backbone import SpineNetBackbone, endpoint_levels
from proxy_tasks.errors import InvalidRecipe, InvalidWeights
from proxy_tasks.extras import import_extra
from proxy_tasks.layers import ACTIVATIONS, NORMALIZATIONS
from search_space.architecture import Architecture
from search_space.block_specs import from_json, to_json
from search_space.errors import SearchSpaceError
from search_space.scale import BackboneScale

# One entry: safetensors writes several in no fixed order, and equal weights should be equal files.
METADATA = "spinenas"


@dataclass(frozen=True, slots=True)
class BackboneRecipe:
    """All that a backbone is built of, but its weights. Raises InvalidRecipe."""

    architecture: Architecture
    scale: BackboneScale = field(default_factory=BackboneScale)
    activation: str = "relu"  # one of ACTIVATIONS
    normalization: str = "batch_norm"  # one of NORMALIZATIONS
    min_level: int | None = None  # of the endpoints, with max_level; None: no bound
    max_level: int | None = None

    def __post_init__(self) -> None:
        for name, known in (("activation", ACTIVATIONS), ("normalization", NORMALIZATIONS)):
            value = getattr(self, name)
            if value not in known:
                raise InvalidRecipe(f"{name} is {value!r}: it is one of {', '.join(known)}")
        endpoint_levels(self.architecture, self.min_level, self.max_level)

    def build(self, generator: torch.Generator | None = None) -> SpineNetBackbone:
        """A backbone with initial weights from the generator."""
        return SpineNetBackbone(
            self.architecture,
            self.scale,
            normalization=self.normalization,
            activation=self.activation,
            min_level=self.min_level,
            max_level=self.max_level,
            generator=generator,
        )


def save_backbone(backbone: SpineNetBackbone, recipe: BackboneRecipe) -> bytes:
    """A safetensors file of the state dict, with `recipe`, which built it, in the metadata.

    The same weights give the same bytes. Raises InvalidWeights where the recipe builds another
    backbone, and MissingExtra without the library.
    """
    safetensors = import_extra("safetensors.torch", "export")
    state = {
        # Copies: parameters may be views of one buffer.
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in backbone.state_dict().items()
    }
    _check_state(state, recipe, "the backbone")
    settings = {name: getattr(recipe, name) for name in _settings()}
    document = {
        "architecture": json.loads(to_json(recipe.architecture)),
        "scale": asdict(recipe.scale),
        **settings,
        "key": recipe.architecture.key,
    }
    content: bytes = safetensors.save(state, {METADATA: json.dumps(document)})
    return content


def load_backbone(
    path: Path, architecture: Architecture | None = None
) -> tuple[BackboneRecipe, SpineNetBackbone]:
    """The backbone of a file that `save_backbone` made, and its recipe.

    With `architecture`, the file must hold that network. Raises InvalidWeights, or MissingExtra
    without the library.
    """
    safetensors = import_extra("safetensors", "export")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise InvalidWeights(f"{path} is no safetensors file: {error}") from error
    recipe = _read_recipe(metadata.get(METADATA), path)
    if architecture is not None and recipe.architecture.key != architecture.key:
        raise InvalidWeights(
            f"{path} holds the weights of architecture {recipe.architecture.key[:8]}, not of "
            f"{architecture.key[:8]}: export the architecture that they were trained in"
        )
    _check_state(state, recipe, str(path))
    backbone = recipe.build()
    backbone.load_state_dict(state)
    return recipe, backbone


def _settings() -> list[str]:
    return [f.name for f in fields(BackboneRecipe) if f.name not in ("architecture", "scale")]


def _read_recipe(text: str | None, path: Path) -> BackboneRecipe:
    if text is None:
        raise InvalidWeights(
            f"{path} does not say which backbone its weights are of: it was not written by "
            "`nas export --format safetensors` or save_backbone"
        )
    try:
        document: dict[str, Any] = json.loads(text)
        return BackboneRecipe(
            from_json(json.dumps(document["architecture"])),
            BackboneScale(**document["scale"]),
            **{name: document[name] for name in _settings()},
        )
    except (ValueError, KeyError, TypeError, SearchSpaceError) as error:
        raise InvalidWeights(f"{path} describes no backbone: {error}") from error


def _check_state(state: dict[str, Tensor], recipe: BackboneRecipe, where: str) -> None:
    """Refuse weights that are not exactly those of the recipe's backbone."""
    with torch.device("meta"):
        wanted = {n: tuple(t.shape) for n, t in recipe.build().state_dict().items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for name in [*wanted, *found]:
        if wanted.get(name) != found.get(name):
            raise InvalidWeights(
                f"{where}: {name} has shape {found.get(name)} where its recipe gives "
                f"{wanted.get(name)} (None: there is no such tensor)"
            )
