"""A backbone in a file: safetensors, with what it is built of in the metadata."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import torch
from torch import Tensor

from proxy_tasks.backbone import SpineNetBackbone, endpoint_levels
from proxy_tasks.backbone_metadata import metadata_text, read_metadata
from proxy_tasks.errors import InvalidRecipe, InvalidWeights
from proxy_tasks.extras import import_extra
from proxy_tasks.layers import ACTIVATIONS, NORMALIZATIONS
from proxy_tasks.state_check import check_state
from search_space.architecture import Architecture
from search_space.errors import SearchSpaceError
from search_space.graph import resolve
from search_space.scale import BackboneScale
from search_space.shown import shown

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
        for name, kind in (("architecture", Architecture), ("scale", BackboneScale)):
            if not isinstance(getattr(self, name), kind):
                raise InvalidRecipe(f"{name} is {shown(getattr(self, name))}: give {kind.__name__}")
        for name, known in (("activation", ACTIVATIONS), ("normalization", NORMALIZATIONS)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in known:
                raise InvalidRecipe(f"{name} is {shown(value)}: it is one of {', '.join(known)}")
        for name in ("min_level", "max_level"):
            level = getattr(self, name)
            if level is not None and type(level) is not int:
                raise InvalidRecipe(f"{name} is {shown(level)}: it is a whole number, or none")
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
    text = metadata_text(recipe.architecture, recipe.scale, settings)
    content: bytes = safetensors.save(state, {METADATA: text})
    return content


def load_backbone(
    path: Path, architecture: Architecture | None = None
) -> tuple[BackboneRecipe, SpineNetBackbone]:
    """The backbone of a file that `save_backbone` made, and its recipe.

    With `architecture`, the file must hold that network. Raises InvalidWeights, or MissingExtra
    without the library.
    """
    safetensors = import_extra("safetensors", "export")
    if not path.is_file():  # a pipe would be waited for
        met = "is no file" if path.exists() else "is not there: No such file"
        raise InvalidWeights(f"{path} {met}; `nas export --format safetensors` writes one")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise InvalidWeights(f"{path} is no safetensors file: {error}") from error
    except OSError as error:
        raise InvalidWeights(f"{path} cannot be read: {error}") from error
    recipe = _read_recipe(metadata.get(METADATA), path)
    if architecture is not None and recipe.architecture.key != architecture.key:
        raise InvalidWeights(
            f"{path} holds the weights of architecture {recipe.architecture.key[:8]}, not of "
            f"{architecture.key[:8]}: export the architecture that they were trained in"
        )
    _check_blocks(state, recipe, str(path))
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
        architecture, scale, settings = read_metadata(text, _settings())
        return BackboneRecipe(architecture, scale, **settings)
    except (InvalidRecipe, InvalidWeights) as error:
        raise InvalidWeights(
            f"{path} describes no backbone: of its metadata {METADATA!r}, {error}"
        ) from error


def _check_blocks(state: Mapping[str, Tensor], recipe: BackboneRecipe, where: str) -> None:
    """Refuse a recipe of more blocks than there are tensors, before time is spent to build it."""
    levels = endpoint_levels(recipe.architecture, recipe.min_level, recipe.max_level)
    blocks = sum(node.live for node in resolve(recipe.architecture, levels))
    repeats = recipe.scale.block_repeats
    if blocks * repeats > len(state):
        raise InvalidWeights(
            f"{where}: its metadata has {blocks} blocks with block_repeats {repeats}, but it holds "
            f"{len(state)} tensors"
        )


def _check_state(state: Mapping[str, Tensor], recipe: BackboneRecipe, where: str) -> None:
    """Refuse weights that are not exactly those of the recipe's backbone."""
    try:
        with torch.device("meta"):
            wanted = recipe.build().state_dict()
    except SearchSpaceError as error:
        raise InvalidWeights(f"{where}: its recipe builds no backbone: {error}") from error
    check_state(state, wanted, where)
