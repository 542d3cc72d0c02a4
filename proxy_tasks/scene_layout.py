"""Where the objects of generated scenes stand: discs, rings, and diamonds in or out of rings.

All lengths are pixels of a 64 px canvas; scenes.py scales them.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

CANVAS = 64.0
CLASS_NAMES = ("diamond", "diamond in ring", "ring", "disc")
LONE_DIAMOND, RING_DIAMOND, RING, DISC = range(4)
ABSENT = -1

# A row of the layout is an object; rows are painted in this order, so diamonds are never covered.
OUTER_DISCS, RINGS, CONTENTS, LONE_DIAMONDS = (0, 1), (2, 3), (4, 5), (6, 7)
SLOTS = 8

DIAMOND_RADIUS = (3.0, 5.0)  # half its width: 6 to 10 px, the same in and out of rings
DISC_RADIUS = (4.0, 14.0)
RING_RADIUS = ((10.0, 28.0), (10.0, 14.0))  # first ring up to 56 px across, second up to 28 px
RING_BAND = (2.0, 3.5)
RING_CHANCE = (0.85, 0.4)
DIAMOND_IN_RING, DISC_IN_RING = 0.6, 0.2  # the other rings are empty
LONE_CHANCE = (0.5, 0.15)  # gives as many diamonds out of rings as in them
DISC_CHANCE = (0.7, 0.35)
GAP = 1.5  # px of background kept around a diamond and between rings
OVERLAP = 0.9  # discs may stand this part of the summed radii from discs and rings
TRIES = 24


@dataclass(slots=True, eq=False)
class Layout:
    """Objects of n scenes, arrays [n, SLOTS]: class (ABSENT: none), centre, outer radius, band."""

    kind: NDArray[np.int64]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    radius: NDArray[np.float32]
    band: NDArray[np.float32]  # width of a ring's band; 0 for the other shapes

    @classmethod
    def empty(cls, n: int) -> Self:
        """`n` scenes without any object."""
        x, y, radius, band = np.zeros((4, n, SLOTS), np.float32)
        return cls(np.full((n, SLOTS), ABSENT), x, y, radius, band)

    def put(
        self,
        slot: int,
        rows: NDArray[np.bool_],
        kind: int,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        radius: NDArray[np.float64],
    ) -> None:
        """Write this slot of the scenes in `rows` [n]; values are [n]."""
        self.kind[rows, slot] = kind
        self.x[rows, slot], self.y[rows, slot] = x[rows], y[rows]
        self.radius[rows, slot] = radius[rows]


def sample_layout(n: int, rng: np.random.Generator) -> Layout:
    """`n` independent scenes of 3 to 4 objects on average."""
    layout = Layout.empty(n)
    for slot, radius, chance in zip(RINGS, RING_RADIUS, RING_CHANCE, strict=True):
        _place(layout, slot, RING, rng.uniform(*radius, n), rng.random(n) < chance, rng)
        layout.band[:, slot] = rng.uniform(*RING_BAND, n)
    for ring, slot in zip(RINGS, CONTENTS, strict=True):
        _fill_ring(layout, ring, slot, rng)
    for slot, chance in zip(LONE_DIAMONDS, LONE_CHANCE, strict=True):
        radius_here = rng.uniform(*DIAMOND_RADIUS, n)
        _place(layout, slot, LONE_DIAMOND, radius_here, rng.random(n) < chance, rng)
    for slot, chance in zip(OUTER_DISCS, DISC_CHANCE, strict=True):
        _place(layout, slot, DISC, rng.uniform(*DISC_RADIUS, n), rng.random(n) < chance, rng)
    return layout


def _place(
    layout: Layout,
    slot: int,
    kind: int,
    radius: NDArray[np.float64],
    wanted: NDArray[np.bool_],
    rng: np.random.Generator,
) -> None:
    """Try TRIES centres a scene and keep the first that is clear of the objects already there.

    A scene with no clear centre goes without: nothing is moved or shrunk.
    """
    n = len(radius)
    edge = radius * (0.75 if kind == DISC else 1.0)  # only discs are cut by the canvas
    low, high = edge[:, None], CANVAS - edge[:, None]
    x, y = rng.uniform(low, high, (2, n, TRIES))
    clear = np.ones((n, TRIES), bool)
    for other in range(SLOTS):
        distance = np.hypot(x - layout.x[:, other, None], y - layout.y[:, other, None])
        reach = (radius + layout.radius[:, other])[:, None]
        other_kind = layout.kind[:, other, None]
        mild = (kind == DISC) & ((other_kind == DISC) | (other_kind == RING))
        needed = np.where(mild, OVERLAP * reach, reach + GAP)
        clear &= (other_kind == ABSENT) | (distance >= needed)
    first = clear.argmax(axis=1)
    scenes = np.arange(n)
    placed = wanted & clear.any(axis=1)
    layout.put(slot, placed, kind, x[scenes, first], y[scenes, first], radius)


def _fill_ring(layout: Layout, ring: int, slot: int, rng: np.random.Generator) -> None:
    """Put a diamond, a disc or nothing into each ring, anywhere in its hole."""
    n = len(layout.kind)
    hole = (layout.radius - layout.band)[:, ring].astype(np.float64) - GAP
    diamond = rng.uniform(*DIAMOND_RADIUS, n)
    largest = np.clip(hole, DISC_RADIUS[0], DISC_RADIUS[1])
    disc = rng.uniform(DISC_RADIUS[0], largest)
    draw, angle, spread = rng.random((3, n))
    has_ring = layout.kind[:, ring] == RING
    holds_diamond = has_ring & (draw < DIAMOND_IN_RING)
    holds_disc = has_ring & ~holds_diamond & (draw < DIAMOND_IN_RING + DISC_IN_RING)
    for kind, rows, radius in ((RING_DIAMOND, holds_diamond, diamond), (DISC, holds_disc, disc)):
        offset = np.sqrt(spread) * np.maximum(hole - radius, 0.0)  # uniform over the hole's area
        x = layout.x[:, ring] + offset * np.cos(2 * np.pi * angle)
        y = layout.y[:, ring] + offset * np.sin(2 * np.pi * angle)
        layout.put(slot, rows, kind, x, y, radius)
