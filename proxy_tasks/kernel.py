"""Compiled loops over raw memory, for what torch does on a CPU in too many passes.

numba compiles a kernel when its file is imported, and keeps the machine code beside the source or,
where that cannot be written, in the user's cache directory; with neither it compiles in every
process. What is kept is known by the text of the kernel's own file: an edit of this one is not seen
before that is edited too. Kernels take addresses (`tensor.data_ptr()`), as a call is then ten times
cheaper than one with arrays: their callers answer for contiguous float32 memory of the right size.

No fastmath: a loop has a vectorised and a plain form, and which one runs depends on where the
buffers lie in memory. Only exact arithmetic gives both the same bits, and so an architecture and a
seed the same AP; it costs no time (benchmarks/proxy_step.py).
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit, types
from numba.extending import intrinsic

P = ParamSpec("P")
R = TypeVar("R")


def kernel(signature: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A decorator: the function as machine code for the one signature (numba's notation)."""

    def compiled(function: Callable[P, None]) -> Callable[P, None]:
        made: Callable[P, None]
        try:
            made = njit(signature, cache=True, error_model="numpy")(function)
        except (RuntimeError, OSError):  # no directory to cache in, or a disk that is full
            made = njit(signature, error_model="numpy")(function)
        return made

    return compiled


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A decorator: a part of the kernels in its file, compiled with them."""
    made: Callable[P, R] = njit(error_model="numpy")(function)
    return made


def _pointers(kind: types.Type) -> Callable[[int], Any]:
    """Within a kernel: the address as an array of unknown length, whose indices are not checked."""

    def at(typing_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return types.CPointer(kind)(types.intp), generate  # type: ignore[no-untyped-call]

    made: Any = intrinsic(at)
    return cast(Callable[[int], Any], made)


floats_at = _pointers(types.float32)
bytes_at = _pointers(types.uint8)
