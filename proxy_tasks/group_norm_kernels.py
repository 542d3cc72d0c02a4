"""Group normalisation of `[B, rows, C]`, a residual and ReLU in two passes over memory each way.

Channels are the inner loop. Narrow maps are read several cells at a time (a tile), so that the loop
is long enough for SIMD. Imported late: numba takes most of a second.
"""

from typing import Any

import numpy as np

from proxy_tasks.kernel import floats_at, inlined, kernel

_TILE = 64  # floats
_ZERO = np.float32(0)


@inlined
def _tile(rows: int, channels: int) -> int:
    return channels * max(1, min(rows, _TILE // channels))


@inlined
def _fold(sums: Any, channels: int) -> None:
    """Add up the cells of a tile: one sum a channel."""
    for j in range(channels, len(sums)):
        sums[j % channels] += sums[j]


@inlined
def _fill(values: Any, channels: int) -> None:
    """Repeat the channels' values for every cell of a tile."""
    for j in range(channels, len(values)):
        values[j] = values[j - channels]


@inlined
def _add_moments(y: Any, start: int, end: int, sums: Any, squares: Any) -> None:
    """Add a sample's values and their squares to those of a tile, four tiles at a time."""
    tile, i = len(sums), start
    while i + 4 * tile <= end:
        for j in range(tile):
            a, b = y[i + j], y[i + tile + j]
            c, d = y[i + 2 * tile + j], y[i + 3 * tile + j]
            sums[j] += (a + b) + (c + d)
            squares[j] += (a * a + b * b) + (c * c + d * d)
        i += 4 * tile
    while i < end:
        for j in range(min(tile, end - i)):
            a = y[i + j]
            sums[j] += a
            squares[j] += a * a
        i += tile


@inlined
def _affine(
    weight: Any, bias: Any, mean: Any, rstd: Any, wide: int, scale: Any, shift: Any
) -> None:
    """Write norm and affine map as `y * scale + shift`, given a sample's `mean` and `rstd`."""
    for group in range(len(mean)):
        for c in range(group * wide, (group + 1) * wide):
            scale[c] = weight[c] * rstd[group]
            shift[c] = bias[c] - mean[group] * scale[c]
    _fill(scale, wide * len(mean))
    _fill(shift, wide * len(mean))


@inlined
def _apply(
    y: Any, residual: Any, added: bool, out: Any, start: int, end: int,
    scale: Any, shift: Any, relu: bool,
) -> None:  # fmt: skip
    tile = len(scale)
    for i in range(start, end, tile):
        count = min(tile, end - i)
        if added:
            for j in range(count):
                value = y[i + j] * scale[j] + shift[j] + residual[i + j]
                out[i + j] = _ZERO if relu and value < _ZERO else value
        else:
            for j in range(count):
                value = y[i + j] * scale[j] + shift[j]
                out[i + j] = _ZERO if relu and value < _ZERO else value


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,float64,boolean)")
def group_norm_forward(
    y_at: int, residual_at: int, out_at: int, weight_at: int, bias_at: int, statistics_at: int,
    samples: int, rows: int, channels: int, groups: int, epsilon: float, relu: bool,
) -> None:  # fmt: skip
    """`out = act(group_norm(y) * weight + bias + residual)`; in float32.

    `y`, `residual` (address 0: none), `out` `[samples, rows, channels]`; `weight`, `bias`
    `[channels]`. Writes `statistics` `[2, samples, groups]`: means and 1 / standard deviations.
    """
    y, out, residual = floats_at(y_at), floats_at(out_at), floats_at(residual_at)
    weight, bias, statistics = floats_at(weight_at), floats_at(bias_at), floats_at(statistics_at)
    size, wide, tile = rows * channels, channels // groups, _tile(rows, channels)
    sums, squares = np.empty(tile, np.float32), np.empty(tile, np.float32)
    mean, rstd = np.empty(groups, np.float32), np.empty(groups, np.float32)
    for sample in range(samples):
        start, end = sample * size, (sample + 1) * size
        sums[:] = _ZERO
        squares[:] = _ZERO
        _add_moments(y, start, end, sums, squares)
        _fold(sums, channels)
        _fold(squares, channels)
        for group in range(groups):
            total, total_squares = 0.0, 0.0
            for c in range(group * wide, (group + 1) * wide):
                total += sums[c]
                total_squares += squares[c]
            m = total / (rows * wide)
            variance = max(total_squares / (rows * wide) - m * m, 0.0)
            mean[group] = np.float32(m)
            rstd[group] = np.float32(1 / np.sqrt(variance + epsilon))
            statistics[sample * groups + group] = mean[group]
            statistics[(samples + sample) * groups + group] = rstd[group]
        _affine(weight, bias, mean, rstd, wide, sums, squares)
        _apply(y, residual, residual_at != 0, out, start, end, sums, squares, relu)


@inlined
def _add_gradients(
    grad: Any, y: Any, out: Any, masked: Any, start: int, end: int,
    scale: Any, shift: Any, sums: Any, products: Any, relu: bool, added: bool,
) -> None:  # fmt: skip
    """Add a sample's gradients, and their products with `y`, to those of a tile."""
    tile = len(sums)
    for i in range(start, end, tile):
        count = min(tile, end - i)
        if relu and added:
            for j in range(count):
                g = _ZERO if out[i + j] <= _ZERO else grad[i + j]
                masked[i + j] = g
                sums[j] += g
                products[j] += g * y[i + j]
        elif relu:
            for j in range(count):
                value = y[i + j] * scale[j] + shift[j]
                g = _ZERO if value <= _ZERO else grad[i + j]
                sums[j] += g
                products[j] += g * y[i + j]
        else:
            for j in range(count):
                g = grad[i + j]
                sums[j] += g
                products[j] += g * y[i + j]


@inlined
def _combine(
    grad: Any, y: Any, grad_y: Any, start: int, end: int,
    scale: Any, shift: Any, by_y: Any, constant: Any, recomputed: bool,
) -> None:  # fmt: skip
    """Write `grad_y`, of `grad` masked already or by the sign of what it was before ReLU."""
    tile = len(scale)
    for i in range(start, end, tile):
        count = min(tile, end - i)
        if recomputed:
            for j in range(count):
                value = y[i + j] * scale[j] + shift[j]
                g = _ZERO if value <= _ZERO else grad[i + j]
                grad_y[i + j] = g * scale[j] + y[i + j] * by_y[j] + constant[j]
        else:
            for j in range(count):
                grad_y[i + j] = grad[i + j] * scale[j] + y[i + j] * by_y[j] + constant[j]


@kernel("void(intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,intp,boolean)")
def group_norm_backward(
    grad_at: int, y_at: int, out_at: int, grad_y_at: int, masked_at: int,
    weight_at: int, bias_at: int, statistics_at: int, grad_weight_at: int, grad_bias_at: int,
    samples: int, rows: int, channels: int, groups: int, relu: bool,
) -> None:  # fmt: skip
    """Gradients of `group_norm_forward`, of `grad` `[samples, rows, channels]`.

    Where ReLU closed is read from `out` if there was a residual, and recomputed otherwise (then
    `out_at` and `masked_at` are 0). Writes `grad_y` and, with ReLU and residual, `masked`, the
    gradient of the residual; adds to `grad_weight` and `grad_bias` `[channels]`.
    """
    grad, y, out = floats_at(grad_at), floats_at(y_at), floats_at(out_at)
    grad_y, masked = floats_at(grad_y_at), floats_at(masked_at)
    weight, bias, statistics = floats_at(weight_at), floats_at(bias_at), floats_at(statistics_at)
    grad_weight, grad_bias = floats_at(grad_weight_at), floats_at(grad_bias_at)
    size, wide, tile = rows * channels, channels // groups, _tile(rows, channels)
    sums, products = np.empty(tile, np.float32), np.empty(tile, np.float32)
    scale, shift = np.empty(tile, np.float32), np.empty(tile, np.float32)
    mean, rstd = np.empty(groups, np.float32), np.empty(groups, np.float32)
    added = out_at != 0
    for sample in range(samples):
        start, end = sample * size, (sample + 1) * size
        for group in range(groups):
            mean[group] = statistics[sample * groups + group]
            rstd[group] = statistics[(samples + sample) * groups + group]
        _affine(weight, bias, mean, rstd, wide, scale, shift)
        sums[:] = _ZERO
        products[:] = _ZERO
        _add_gradients(
            grad, y, out, masked, start, end, scale, shift, sums, products, relu, added
        )  # fmt: skip
        _fold(sums, channels)
        _fold(products, channels)
        for group in range(groups):
            r, m = np.float64(rstd[group]), np.float64(mean[group])
            total, total_products = 0.0, 0.0
            for c in range(group * wide, (group + 1) * wide):
                grad_weight[c] += np.float32((products[c] - m * sums[c]) * r)
                grad_bias[c] += sums[c]
                total += weight[c] * sums[c]
                total_products += weight[c] * products[c]
            factor = (total * m - total_products) * r * r * r / (rows * wide)
            for c in range(group * wide, (group + 1) * wide):
                products[c] = np.float32(factor)
                sums[c] = np.float32(-factor * m - total * r / (rows * wide))
        _fill(products, channels)
        _fill(sums, channels)
        source = masked if relu and added else grad
        _combine(
            source, y, grad_y, start, end, scale, shift, products, sums, relu and not added
        )  # fmt: skip
