"""Compiled loops over raw memory, for what torch does on a CPU in too many passes.

numba compiles a kernel when its file is imported, and keeps the machine code beside the source or,
where that cannot be written, in the user's cache directory; with neither it compiles in every
process. What is kept is known by the time and size of the kernel's own file: no edit of this one is
seen until that is touched. Kernels take addresses (`tensor.data_ptr()`), as a call is then ten
times cheaper than one with arrays: their callers answer for contiguous float32 memory of the right
size.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit, types
from numba.extending import intrinsic

P = ParamSpec("P")
R = TypeVar("R")

# Sums may be reordered into vectors; NaN and infinity keep their meaning, as they end a training.
FAST = {"contract", "nsz", "arcp", "reassoc"}


def kernel(signature: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A decorator: the function as machine code for the one signature (numba's notation)."""

    def compiled(function: Callable[P, None]) -> Callable[P, None]:
        made: Callable[P, None]
        try:
            made = njit(signature, cache=True, fastmath=FAST, error_model="numpy")(function)
        except (RuntimeError, OSError):  # no directory to cache in, or a disk that is full
            made = njit(signature, fastmath=FAST, error_model="numpy")(function)
        return made

    return compiled


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """A decorator: a part of the kernels in its file, compiled with them."""
    made: Callable[P, R] = njit(fastmath=FAST, error_model="numpy")(function)
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
