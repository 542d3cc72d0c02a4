"""Whether tensors are exactly those that a module wants."""

from collections.abc import Mapping

import torch
from torch import Tensor

from proxy_tasks.errors import InvalidWeights


def check_state(state: Mapping[str, Tensor], wanted: Mapping[str, Tensor], where: str) -> None:
    """Refuse tensors of other names, shapes or types than `wanted` has, or without sense.

    Numbers are finite, and moving variances (`running_var`) not negative. `wanted` may lie on the
    meta device. Raises InvalidWeights naming the first that is wrong.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in wanted.items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for name in [*shapes, *found]:
        if shapes.get(name) != found.get(name):
            raise InvalidWeights(
                f"{where}: {name} has shape {found.get(name)} where its recipe gives "
                f"{shapes.get(name)} (None: there is no such tensor)"
            )
    for name, tensor in state.items():
        if tensor.dtype != wanted[name].dtype:
            raise InvalidWeights(
                f"{where}: {name} holds {_dtype(tensor)} where {_dtype(wanted[name])} is wanted: "
                "convert the backbone before it is saved"
            )
        check_values(tensor, f"{where}: {name}", name.endswith(".running_var"))


def check_values(tensor: Tensor, where: str, is_variance: bool) -> None:
    """Refuse numbers that are not finite, and variances below 0. Raises InvalidWeights."""
    if not torch.isfinite(tensor).all():
        raise InvalidWeights(f"{where}: holds values that are not finite in {_dtype(tensor)}")
    if is_variance and (tensor < 0).any():
        raise InvalidWeights(
            f"{where}: holds {float(tensor.min()):g}: a moving variance is not negative"
        )


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
