"""Sums of maps of different sizes, and 3x3 max pooling, of `[B, H, W, C]`. Imported late: numba."""

import numpy as np

from proxy_tasks.kernel import bytes_at, floats_at, kernel

_ZERO = np.float32(0)


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp,boolean,boolean)")
def add_enlarged(
    map_at: int, sum_at: int, samples: int, height: int, width: int, small_height: int,
    small_width: int, channels: int, factor: int, first: bool, relu: bool,
) -> None:  # fmt: skip
    """Add `map`, each cell `factor` times each way and cropped, to `sum`.

    `map` is `[samples, small_height, small_width, channels]`, `sum` `[samples, height, width,
    channels]`. `first`: `sum` is set instead; `relu`: negative sums become 0.
    """
    cells, total = floats_at(map_at), floats_at(sum_at)
    if factor == 1:
        for j in range(samples * height * width * channels):
            value = cells[j] if first else cells[j] + total[j]
            total[j] = _ZERO if relu and value < _ZERO else value
        return
    for line in range(samples * height):
        sample, row = line // height, line % height
        below = (sample * small_height + row // factor) * small_width
        for column in range(width):
            a, b = (line * width + column) * channels, (below + column // factor) * channels
            for j in range(channels):
                value = cells[b + j] if first else cells[b + j] + total[a + j]
                total[a + j] = _ZERO if relu and value < _ZERO else value


@kernel("void(intp,intp,intp,intp)")
def relu_backward(
    grad_at: int, out_at: int, masked_at: int, count: int,
) -> None:  # fmt: skip
    """`masked` = `grad` where `out` is above 0 (or no number), else 0."""
    grad, out, masked = floats_at(grad_at), floats_at(out_at), floats_at(masked_at)
    for j in range(count):
        masked[j] = _ZERO if out[j] <= _ZERO else grad[j]


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def sum_cells(
    grad_at: int, map_at: int, samples: int, height: int, width: int, small_height: int,
    small_width: int, channels: int, factor: int,
) -> None:  # fmt: skip
    """The gradient of `add_enlarged`: `map` is set to the sums of each cell's copies in `grad`."""
    grad, cells = floats_at(grad_at), floats_at(map_at)
    for j in range(samples * small_height * small_width * channels):
        cells[j] = _ZERO
    for line in range(samples * height):
        sample, row = line // height, line % height
        below = (sample * small_height + row // factor) * small_width
        for column in range(width):
            a, b = (line * width + column) * channels, (below + column // factor) * channels
            for j in range(channels):
                cells[b + j] += grad[a + j]


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def max_pool_forward(
    x_at: int, out_at: int, chosen_at: int, samples: int, height: int, width: int, channels: int,
    top: int, left: int,
) -> None:  # fmt: skip
    """3x3 maxima at stride 2 of `x` `[samples, height, width, channels]`; sides halve upwards.

    Windows start `top` and `left` cells outside. `chosen` (bytes) says which of its window's 9
    cells a maximum is: the first of equals, or the last that is not a number.
    """
    x, out, chosen = floats_at(x_at), floats_at(out_at), bytes_at(chosen_at)
    at = 0
    for sample in range(samples):
        for out_row in range((height + 1) // 2):
            for out_column in range((width + 1) // 2):
                first = True
                for i in range(3):
                    row = 2 * out_row - top + i
                    if row < 0 or row >= height:
                        continue
                    for k in range(3):
                        column = 2 * out_column - left + k
                        if column < 0 or column >= width:
                            continue
                        start = ((sample * height + row) * width + column) * channels
                        cell = np.uint8(3 * i + k)
                        if first:
                            first = False
                            for j in range(channels):
                                out[at + j] = x[start + j]
                                chosen[at + j] = cell
                        else:
                            for j in range(channels):
                                value, best = x[start + j], out[at + j]
                                larger = value > best or value != value
                                out[at + j] = value if larger else best
                                chosen[at + j] = cell if larger else chosen[at + j]
                at += channels


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp)")
def max_pool_backward(
    grad_at: int, chosen_at: int, x_at: int, samples: int, height: int, width: int, channels: int,
    top: int, left: int,
) -> None:  # fmt: skip
    """The gradient of `max_pool_forward`, into `x` `[samples, height, width, channels]`."""
    grad, x, chosen = floats_at(grad_at), floats_at(x_at), bytes_at(chosen_at)
    for j in range(samples * height * width * channels):
        x[j] = _ZERO
    at = 0
    for sample in range(samples):
        for out_row in range((height + 1) // 2):
            for out_column in range((width + 1) // 2):
                for i in range(3):
                    row = 2 * out_row - top + i
                    if row < 0 or row >= height:
                        continue
                    for k in range(3):
                        column = 2 * out_column - left + k
                        if column < 0 or column >= width:
                            continue
                        start = ((sample * height + row) * width + column) * channels
                        cell = np.uint8(3 * i + k)
                        for j in range(channels):
                            x[start + j] += grad[at + j] if chosen[at + j] == cell else _ZERO
                at += channels
