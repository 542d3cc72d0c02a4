"""`nas export ARCH --format FORMAT`: a backbone for other programs."""

import json
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from nas.export_summary import describe_export, name_levels
from nas.model_source import find_model, read_image_size
from nas.official_source import official_arrays, official_rows
from search_space.architecture import Architecture
from search_space.block_specs import from_json, to_json
from search_space.errors import InvalidArchitecture
from search_space.model_sizes import MODEL_SIZES, ModelSize

if TYPE_CHECKING:
    from proxy_tasks.backbone import SpineNetBackbone
    from proxy_tasks.backbone_file import BackboneRecipe

FORMATS = ("block-specs", "safetensors", "onnx", "torch-export")
MOST_PIXELS = 8192  # a side
NETWORK_OPTIONS = ("model_size", "activation", "normalization", "seed", "weights")
DESCRIPTION = """Export a backbone.

block-specs    the official list, [level, type, [input, input], is_output] a block; where stem or
               output levels are others than it implies, the object of `nas show --format json`
safetensors    weights, with what they are of in the metadata; --weights reads it back
onnx           images [B, 3, height, width] -> p3, p4, ... [B, C, h, w]; any B, the one size
               given. RGB, each channel of 0..1 less mean 0.485, 0.456, 0.406, over deviation
               0.229, 0.224, 0.225 (ImageNet's, as the model's metadata says too)
torch-export   the same, for torch.export.load"""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    known = _parser().parse(words)
    model = find_model(known.architecture, known.model_size)
    if not isinstance(model.architecture, Architecture):
        raise UsageError(f"{known.architecture} is no scale-permuted network: only those export")
    content, parts = _export(model.architecture, model, known)
    write_output(content, known.output)
    if known.output is not None and Path(known.output).is_file():  # not a pipe to another program
        print(describe_export(known.output, len(content), [known.format, *parts]))
    return 0


def _parser() -> OneLineParser:
    parser = OneLineParser(prog="nas export", description=DESCRIPTION)
    parser.add_argument("architecture", help="a published name, RUN_DIR:TRIAL or a JSON file")
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--output", metavar="FILE", help="required but for block-specs")
    parser.add_argument(
        "--size", metavar="PIXELS", help="640, or HEIGHTxWIDTH (default: the model size's)"
    )
    parser.add_argument(
        "--model-size", metavar="NAME", help="widths and repeats (default: SpineNet-49's)"
    )
    parser.add_argument(
        "--activation", help="relu, swish or hard_swish (default: the model size's config's)"
    )
    parser.add_argument(
        "--normalization", help="batch_norm (default), sync_batch_norm or group_norm"
    )
    parser.add_argument("--seed", type=int, help="of the initial weights (default 0)")
    parser.add_argument(
        "--weights",
        metavar="FILE",
        help="a safetensors file of this command, which also says size, activation and "
        "normalization; or .npz: official weights in the order of creation, arr_0, arr_1, ..., "
        "which do not say their activation: give it",
    )
    return parser


def _export(
    architecture: Architecture, model: ModelSize, known: Namespace
) -> tuple[bytes, list[str]]:
    """What is written, and what there is to say of it."""
    if known.format == "block-specs":
        for name in (*NETWORK_OPTIONS, "size"):
            if getattr(known, name) is not None:
                raise UsageError(f"--{name.replace('_', '-')} is of no use to --format block-specs")
        return block_specs(architecture).encode(), [f"{len(architecture.blocks)} blocks"]
    if known.output is None:
        raise UsageError(f"--format {known.format} needs --output FILE")
    if known.format == "safetensors" and known.size is not None:
        raise UsageError("--size is of no use to --format safetensors: weights fit every size")
    side = model.image_size
    size = (side, side) if known.size is None else read_image_size(known.size)
    if max(size) > MOST_PIXELS:
        raise UsageError(
            f"--size {known.size}: an export is traced on images of at most {MOST_PIXELS}"
        )
    recipe, backbone = _backbone(architecture, model, known)
    source = f"weights of {known.weights}"
    if known.weights is None:
        source = f"initial weights of seed {known.seed or 0}"
    parts = [name_levels(backbone.levels), source]
    if known.format == "safetensors":
        from proxy_tasks.backbone_file import save_backbone

        return save_backbone(backbone, recipe), parts
    from proxy_tasks.export import onnx_bytes, program_bytes

    content = (onnx_bytes if known.format == "onnx" else program_bytes)(backbone, size)
    return content, ["images {}x{}".format(*size), *parts]


def block_specs(architecture: Architecture) -> str:
    """The official list as JSON where `from_json` reads this architecture from it.

    Otherwise (other stem or output levels) the object of `to_json`.
    """
    rows = [[b.level, b.block_fn, list(b.inputs), b.is_output] for b in architecture.blocks]
    text = "[\n  " + ",\n  ".join(json.dumps(row) for row in rows) + "\n]\n"
    with suppress(InvalidArchitecture):
        if from_json(text) == architecture:
            return text
    return to_json(architecture)


def _backbone(
    architecture: Architecture, model: ModelSize, known: Namespace
) -> "tuple[BackboneRecipe, SpineNetBackbone]":
    import torch

    from proxy_tasks.backbone_file import BackboneRecipe, load_backbone
    from proxy_tasks.official_weights import load_official_weights

    official = known.weights is not None and known.weights.endswith(".npz")
    if known.weights is not None and known.seed is not None:
        raise UsageError("--seed and --weights: weights are given or drawn, not both")
    if official and known.activation is None:
        raise UsageError(
            f"--weights {known.weights}: official weights do not say which activation they were "
            "trained with: give --activation"
        )
    if known.weights is not None and not official:
        recipe, backbone = load_backbone(Path(known.weights), architecture)
        _refuse_other(recipe, architecture, known)
        return recipe, backbone
    recipe = BackboneRecipe(
        architecture,
        model.backbone,
        known.activation or model.activation,
        known.normalization or "batch_norm",
    )
    seed = known.seed or 0
    if not 0 <= seed < 2**63:
        raise UsageError(f"--seed {seed}: a seed is a whole number from 0, below 2**63")
    backbone = recipe.build(torch.Generator().manual_seed(seed))
    if official:
        arrays = official_arrays(Path(known.weights))
        load_official_weights(backbone, arrays, official_rows(known.architecture))
    return recipe, backbone


def _refuse_other(recipe: "BackboneRecipe", architecture: Architecture, known: Namespace) -> None:
    """Weights say what they are of; an option may repeat it but not say another thing."""
    said = {"activation": known.activation, "normalization": known.normalization}
    if known.model_size is not None:
        said["scale"] = MODEL_SIZES[known.model_size].backbone
    for name, value in said.items():
        if value is not None and value != getattr(recipe, name):
            option = "model-size" if name == "scale" else name
            raise UsageError(
                f"--{option} {known.model_size if name == 'scale' else value} is not what "
                f"{known.weights} holds, {name} {getattr(recipe, name)}: leave the option out"
            )
