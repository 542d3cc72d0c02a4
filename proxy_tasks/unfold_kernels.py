"""Windows of `[B, H, W, C]` as a matrix, and their gradients. Imported late: numba."""

import numpy as np

from proxy_tasks.kernel import floats_at, kernel

_ZERO = np.float32(0)


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def unfold(
    x_at: int, rows_at: int, samples: int, height: int, width: int, channels: int, side: int,
    stride: int, top: int, left: int, out_height: int, out_width: int,
) -> None:  # fmt: skip
    """Write `rows` `[samples, out_height, out_width, side, side, channels]` of `x`.

    `x` is `[samples, height, width, channels]`; the first window starts `top` and `left` cells
    outside of it, where all is 0.
    """
    x, rows = floats_at(x_at), floats_at(rows_at)
    span = side * channels
    at = 0
    for sample in range(samples):
        for out_row in range(out_height):
            for out_column in range(out_width):
                column = out_column * stride - left
                first, last = max(0, -column), min(side, width - column)
                for i in range(side):
                    row = out_row * stride - top + i
                    if row < 0 or row >= height:
                        for j in range(span):
                            rows[at + j] = _ZERO
                    else:
                        start = ((sample * height + row) * width + column) * channels
                        for j in range(first * channels):
                            rows[at + j] = _ZERO
                        for j in range(first * channels, last * channels):
                            rows[at + j] = x[start + j]
                        for j in range(last * channels, span):
                            rows[at + j] = _ZERO
                    at += span


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def fold(
    rows_at: int, x_at: int, samples: int, height: int, width: int, channels: int, side: int,
    stride: int, top: int, left: int, out_height: int, out_width: int,
) -> None:  # fmt: skip
    """The gradient of `unfold`: add each cell of `rows` to the cell of `x` that it came from."""
    x, rows = floats_at(x_at), floats_at(rows_at)
    span = side * channels
    for j in range(samples * height * width * channels):
        x[j] = _ZERO
    at = 0
    for sample in range(samples):
        for out_row in range(out_height):
            for out_column in range(out_width):
                column = out_column * stride - left
                first, last = max(0, -column), min(side, width - column)
                for i in range(side):
                    row = out_row * stride - top + i
                    if 0 <= row < height:
                        start = ((sample * height + row) * width + column) * channels
                        for j in range(first * channels, last * channels):
                            x[start + j] += rows[at + j]
                    at += span
