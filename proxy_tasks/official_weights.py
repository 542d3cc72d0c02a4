"""Weights of the official TensorFlow models, as arrays in the order of their creation.

That order is: stem convolution; stem blocks; per block its two resamples, then its own convolutions
(shortcut first); endpoints by level. Each convolution gives kernel (height, width, in, out; a
depthwise one height, width, in, 1), gamma, beta, moving mean and moving variance; one of a squeeze
and excitation kernel and bias. Blocks that reach no endpoint have none.

It is not the order of `get_weights()`, which goes by depth and puts a block's moving statistics
last. In TensorFlow, variables come in the order of their creation from a creator scope:

    made = []
    def note(create, **settings):
        made.append(create(**settings))
        return made[-1]
    with tf.variable_creator_scope(note):
        model = spinenet.SpineNet(...)  # then restore its checkpoint
    used = {id(weight) for weight in model.weights}
    np.savez(file, *[v.numpy() for v in made if id(v) in used])

Source: official/vision/modeling/backbones/spinenet.py and layers/nn_blocks.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from proxy_tasks.backbone import ScalePermutedBlock, SpineNetBackbone
from proxy_tasks.blocks import Bottleneck, Resample, Residual
from proxy_tasks.errors import InvalidWeights
from proxy_tasks.layers import ConvNorm, PointwiseConv
from proxy_tasks.mbconv import MBConv, MobileResample
from proxy_tasks.state_check import check_values
from search_space.block import NUM_STEM_FEATURES
from search_space.shown import shown

# [level, type, [input, input], is_output] of every block, inputs in the official order.
BlockSpecRows = Sequence[Sequence[Any]]
LEAVES = ("kernel", "gamma", "beta", "mean", "var")
Layer = ConvNorm | PointwiseConv
# Names of a module's layers, as ours have them, in the official order of creation.
LAYERS: dict[type[nn.Module], tuple[str, ...]] = {
    Bottleneck: ("shortcut", "conv1", "conv2", "conv3"),
    Residual: ("conv1", "conv2"),
    Resample: ("reduce", "down", "expand"),
    MBConv: ("expand", "depthwise", "squeeze.reduce", "squeeze.expand", "project"),
    MobileResample: ("down", "expand"),
}


def official_layers(
    backbone: SpineNetBackbone, block_specs: BlockSpecRows | None = None
) -> dict[str, Layer]:
    """Every convolution with its norm, by structural name, in the official order of creation.

    Names: stem.conv; stem{i}.rep{r}.{shortcut,conv1,...}; block{i}.resample{0,1}.{reduce,down,
    expand}; block{i}.rep{r}.conv1; endpoint.{level}. i counts the rows of the block specs. MBConv
    blocks have expand, depthwise, squeeze.reduce, squeeze.expand and project, resamples down.{n}.

    Official rows name a block's two parents in any order, and resample0 and resample1 follow it;
    without `block_specs` they follow ascending parents. Raises InvalidWeights where the rows are
    not this backbone's.
    """
    _check_rows(block_specs)
    layers: dict[str, Layer] = {"stem.conv": backbone.stem.conv}
    for number, group in enumerate(backbone.stem.blocks):
        layers |= _block_layers(f"stem{number}", group)
    for name, block in backbone.blocks.items():
        assert isinstance(block, ScalePermutedBlock)
        number = int(name) - NUM_STEM_FEATURES
        left = list(zip(block.parents, block.resample, strict=True))
        for place, parent in enumerate(_official_parents(block, number, block_specs)):
            at = next(i for i, (feature, _) in enumerate(left) if feature == parent)
            _, resample = left.pop(at)
            prefix = f"block{number}.resample{place}"
            layers |= _present(prefix, resample)
        layers |= _block_layers(f"block{number}", block.blocks)
    for level, endpoint in backbone.endpoints.items():
        assert isinstance(endpoint, ConvNorm)
        layers[f"endpoint.{level}"] = endpoint
    return layers


def load_official_weights(
    backbone: SpineNetBackbone,
    arrays: Iterable[np.ndarray[Any, Any] | Tensor],
    block_specs: BlockSpecRows | None = None,
) -> None:
    """Copy official weights into a backbone: all of them, or none where one does not fit.

    `arrays` are in the order of creation (see above), of any type of numbers that float32 can
    hold; moving variances are not negative. `block_specs` are the official rows, needed only
    where a row's parents are not ascending. Raises InvalidWeights naming the first that is wrong.
    """
    if isinstance(arrays, Mapping) or not isinstance(arrays, Iterable):
        raise InvalidWeights(
            f"arrays are a {type(arrays).__name__}: give a list of them in the order of creation"
        )
    arrays = list(arrays)
    places = list(_places(official_layers(backbone, block_specs)))
    values = []
    for number, ((name, place), array) in enumerate(zip(places, arrays, strict=False)):
        values.append(_fitted(f"array {number}, {name}", place, array, name.endswith(".var")))
    if len(arrays) != len(places):
        missing = places[len(arrays)][0] if len(arrays) < len(places) else None
        raise InvalidWeights(
            f"{len(arrays)} arrays for a backbone of {len(places)}: "
            + (f"the first that lacks is {missing}" if missing else "there are more than it has")
        )
    with torch.no_grad():
        for (_, place), value in zip(places, values, strict=True):
            place.copy_(value)


def _check_rows(rows: object) -> None:
    if rows is None:
        return
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise InvalidWeights(f"block specs {shown(rows)}: give a list of rows")
    for number, row in enumerate(rows):
        inputs = row[2] if isinstance(row, list | tuple) and len(row) > 2 else None
        if not isinstance(inputs, list | tuple) or any(type(i) is not int for i in inputs):
            raise InvalidWeights(
                f"row {number} of the block specs is {shown(row)}: "
                "give [level, type, [input, input]]"
            )


def _official_parents(
    block: ScalePermutedBlock, number: int, block_specs: BlockSpecRows | None
) -> tuple[int, ...]:
    if block_specs is None:
        return block.parents
    row = block_specs[number] if number < len(block_specs) else None
    if row is None or row[0] != block.level or sorted(row[2]) != sorted(block.parents):
        raise InvalidWeights(
            f"row {number} of the block specs is {row}, but the backbone's block there has level "
            f"{block.level} and inputs {list(block.parents)}: give the rows that it was built from"
        )
    return tuple(row[2])


def _block_layers(prefix: str, group: nn.Module) -> dict[str, Layer]:
    layers: dict[str, Layer] = {}
    for repeat, block in enumerate(group.children()):
        layers |= _present(f"{prefix}.rep{repeat}", block)
    return layers


def _present(prefix: str, module: nn.Module) -> dict[str, Layer]:
    """The layers of a block or resample by the names that ours have, in the order of creation."""
    found: dict[str, Layer] = {}
    for name in LAYERS[type(module)]:
        layer: object = module
        for part in name.split("."):
            layer = getattr(layer, part)
        steps = layer if isinstance(layer, nn.Sequential) else [layer]
        for number, step in enumerate(steps):
            if isinstance(step, ConvNorm | PointwiseConv):  # a shortcut may be None
                last = f".{number}" if step is not layer else ""
                found[f"{prefix}.{name}{last}"] = step
    return found


def _places(layers: dict[str, Layer]) -> Iterator[tuple[str, Tensor]]:
    """Every tensor to be filled, with the axes of the official arrays."""
    for name, layer in layers.items():
        if isinstance(layer, PointwiseConv):
            assert layer.bias is not None
            yield f"{name}.kernel", layer.weight.permute(2, 3, 1, 0)
            yield f"{name}.bias", layer.bias
            continue
        norm = layer.norm
        if not isinstance(norm, nn.BatchNorm2d | nn.SyncBatchNorm):
            raise InvalidWeights(
                f"{name} is normalised by {type(norm).__name__}: official weights have the "
                "statistics of batch_norm"
            )
        assert norm.running_mean is not None and norm.running_var is not None
        depthwise = layer.conv.groups > 1
        kernel = layer.conv.weight.permute(2, 3, *((0, 1) if depthwise else (1, 0)))
        tensors = (kernel, norm.weight, norm.bias, norm.running_mean, norm.running_var)
        yield from zip([f"{name}.{leaf}" for leaf in LEAVES], tensors, strict=True)


def _fitted(where: str, place: Tensor, array: object, is_variance: bool) -> Tensor:
    value = _numbers(where, array)
    if value.dtype.kind not in "fiu":
        raise InvalidWeights(f"{where}: holds {value.dtype}, not numbers")
    if value.shape != tuple(place.shape):
        raise InvalidWeights(
            f"{where}: has shape {value.shape} where {tuple(place.shape)} is wanted "
            "(kernels are height, width, in, out)"
        )
    with np.errstate(all="ignore"):  # what float32 cannot hold becomes infinite, and is refused
        single = torch.from_numpy(value.astype(np.float32, order="C"))
    fitted = single.to(place.dtype)
    check_values(fitted, where, is_variance)
    return fitted


def _numbers(where: str, array: object) -> np.ndarray[Any, Any]:
    """A tensor or whatever numpy takes, as an array of any type and byte order."""
    try:
        if isinstance(array, Tensor):
            array = array.detach().cpu()
            array = array.float() if array.is_floating_point() else array  # numpy has no bfloat16
        return np.asarray(array)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidWeights(f"{where}: is no array of numbers: {error}") from error
