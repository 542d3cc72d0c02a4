"""Pictures and visible boxes of scene layouts."""

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.scene_layout import ABSENT, CANVAS, DISC, RING, SLOTS, Layout

RED, GREEN, BLUE = (205, 45, 45), (50, 170, 60), (50, 75, 205)
COLOUR_SPREAD = 18.0  # every object's own shade
GROUND = (95.0, 160.0)  # grey of the ground, with a tint of
TINT = 12.0
NOISE = 7.0  # standard deviation, grey levels


def draw_scenes(
    layout: Layout, image_size: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Pictures [n, S, S, 3] RGB and boxes [n, SLOTS, 4] x1 y1 x2 y2 (absent objects: zeros).

    A box is what can be seen of its object: cut at the canvas and where later rows cover it.
    """
    n = len(layout.kind)
    scale = image_size / CANVAS
    ground = rng.uniform(*GROUND, (n, 1)) + rng.uniform(-TINT, TINT, (n, 3))
    canvas = np.empty((n, image_size, image_size, 3), np.float32)
    canvas[:] = ground[:, None, None]
    owner = np.full((n, image_size, image_size), ABSENT, np.int8)  # the row on top of each pixel
    for slot in range(SLOTS):
        shade = _colours(layout.kind[:, slot]) + rng.uniform(
            -COLOUR_SPREAD, COLOUR_SPREAD, (n, 3)
        ).astype(np.float32)
        inside = _depth(layout, slot, image_size, scale)
        cover = np.nonzero(inside > -0.5)
        alpha = np.clip(inside[cover] + 0.5, 0, 1)[:, None]  # antialiasing: one pixel wide
        canvas[cover] += alpha * (shade[cover[0]] - canvas[cover])
        owner[inside >= 0] = slot
    canvas += NOISE * rng.standard_normal(canvas.shape, np.float32)
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8), _visible(layout, owner, scale)


def _colours(kind: NDArray[np.int64]) -> NDArray[np.float32]:
    """Classes [n] -> RGB [n, 3]; both diamond classes are red."""
    palette = np.array([RED, RED, GREEN, BLUE], np.float32)
    return palette[np.maximum(kind, 0)]


def _depth(layout: Layout, slot: int, image_size: int, scale: float) -> NDArray[np.float32]:
    """How far, in canvas pixels, each pixel's centre lies inside the object [n, S, S]; < 0: out."""
    centres = np.arange(image_size, dtype=np.float32) + np.float32(0.5)
    kind = layout.kind[:, slot, None, None]
    x, y, radius, band = (
        values[:, slot, None, None] * np.float32(scale)
        for values in (layout.x, layout.y, layout.radius, layout.band)
    )
    dx, dy = centres[None, None, :] - x, centres[None, :, None] - y  # [n, 1, S], [n, S, 1]
    round_depth = radius - np.sqrt(dx * dx + dy * dy)
    ring_depth = np.minimum(round_depth, band - round_depth)
    diamond_depth = (radius - np.abs(dx) - np.abs(dy)) * np.float32(np.sqrt(0.5))
    depth = np.where(kind == RING, ring_depth, np.where(kind == DISC, round_depth, diamond_depth))
    return np.where(kind == ABSENT, np.float32(-1), depth)


def _visible(layout: Layout, owner: NDArray[np.int8], scale: float) -> NDArray[np.float32]:
    """Boxes [n, SLOTS, 4]: the shape's own edges, or what is seen where over a pixel is hidden."""
    size = owner.shape[1]
    boxes = np.zeros((*layout.kind.shape, 4), np.float32)
    for slot in range(SLOTS):
        seen = owner == slot
        columns, rows = seen.any(axis=1), seen.any(axis=2)  # [n, S]
        low = np.stack([columns.argmax(axis=1), rows.argmax(axis=1)], axis=1)
        high = size - np.stack([columns[:, ::-1].argmax(axis=1), rows[:, ::-1].argmax(axis=1)], 1)
        centre = np.stack([layout.x[:, slot], layout.y[:, slot]], axis=1) * scale
        radius = layout.radius[:, slot, None] * scale
        true_low, true_high = np.maximum(centre - radius, 0), np.minimum(centre + radius, size)
        boxes[:, slot, :2] = np.where(low - true_low < 1.5, true_low, low)
        boxes[:, slot, 2:] = np.where(true_high - high < 1.5, true_high, high)
    boxes[layout.kind == ABSENT] = 0
    return boxes
