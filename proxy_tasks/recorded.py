"""What layers do while a tape records. Each function gives None for what cannot be recorded.

That is an input that the tape does not know, a layer whose parameters are not trained, of a type of
its own, or with hooks: replaying does not call its `forward`.
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.modules import module

from proxy_tasks.tape import Activation, Tape


def conv_norm(
    tape: Tape,
    x: Tensor,
    conv: nn.Conv2d,
    norm: nn.GroupNorm,
    residual: Tensor | None,
    *,
    relu: bool,
) -> Tensor | None:
    """`act(norm(conv(x)) + residual)`."""
    from proxy_tasks.tape_operations import ConvNormOperation

    known = _known(tape, [x] if residual is None else [x, residual])
    if known is None or not _trained(conv) or not _trained(norm):
        return None
    added = None if residual is None else known[1]
    return tape.add(ConvNormOperation(known[0], conv, norm, added, relu=relu))


def conv(tape: Tape, x: Tensor, layer: nn.Conv2d) -> Tensor | None:
    """`layer(x)`."""
    from proxy_tasks.tape_operations import ConvOperation

    known = _known(tape, [x])
    return (
        None if known is None or not _trained(layer) else tape.add(ConvOperation(known[0], layer))
    )


def sum_of_maps(
    tape: Tape,
    maps: Sequence[Tensor],
    factors: Sequence[int],
    size: tuple[int, int],
    *,
    relu: bool,
) -> Tensor | None:
    """The sum of maps, each enlarged by its factor and cropped to `size`, then ReLU."""
    from proxy_tasks.tape_operations import SumOperation

    known = _known(tape, maps)
    return None if known is None else tape.add(SumOperation(known, factors, size, relu=relu))


def max_pool(tape: Tape, x: Tensor) -> Tensor | None:
    """3x3 maxima at stride 2."""
    from proxy_tasks.tape_operations import MaxPoolOperation

    known = _known(tape, [x])
    return None if known is None else tape.add(MaxPoolOperation(known[0]))


def _known(tape: Tape, tensors: Sequence[Tensor]) -> list[Activation] | None:
    found = [tape.activation(tensor) for tensor in tensors]
    return None if None in found else [x for x in found if x is not None]


def replaceable(layer: nn.Module, *types: type[nn.Module]) -> bool:
    """Whether nobody notices that the layer's `forward` is not called."""
    return type(layer) in types and not watched(layer)


def watched(layer: nn.Module) -> bool:
    """Whether the layer has hooks, of its own or of all modules."""
    return bool(
        module._has_any_global_hook()  # type: ignore[no-untyped-call]
        or layer._forward_hooks
        or layer._forward_pre_hooks
        or layer._backward_hooks
        or layer._backward_pre_hooks
    )


def _trained(layer: nn.Module) -> bool:
    """Whether all of its parameters have a gradient to add to."""
    return all(p.requires_grad and p.grad is not None for p in layer.parameters())
