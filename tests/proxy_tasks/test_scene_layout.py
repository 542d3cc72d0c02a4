import numpy as np
import pytest
from numpy.typing import NDArray

from proxy_tasks.scene_layout import (
    ABSENT,
    CANVAS,
    DISC,
    LONE_DIAMOND,
    RING,
    RING_DIAMOND,
    Layout,
    sample_layout,
)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return sample_layout(4000, np.random.default_rng(7))


def room_in_rings(layout: Layout, kind: int) -> NDArray[np.float32]:
    """For each object of `kind`, its largest room [px] inside a ring's hole; < 0: in none."""
    rows, slots = np.nonzero(layout.kind == kind)
    x, y, r = (v[rows, slots][:, None] for v in (layout.x, layout.y, layout.radius))
    hole = np.where(layout.kind == RING, layout.radius - layout.band, np.float32(-1e3))[rows]
    room: NDArray[np.float32] = hole - r - np.hypot(layout.x[rows] - x, layout.y[rows] - y)
    best: NDArray[np.float32] = room.max(axis=1)
    return best


def test_every_ring_diamond_is_inside_a_ring(layout: Layout) -> None:
    assert room_in_rings(layout, RING_DIAMOND).min() > 1


def test_no_lone_diamond_is_in_or_at_a_ring(layout: Layout) -> None:
    rows, slots = np.nonzero(layout.kind == LONE_DIAMOND)
    for ring in range(layout.kind.shape[1]):
        has = layout.kind[rows, ring] == RING
        distance = np.hypot(
            layout.x[rows, slots] - layout.x[rows, ring],
            layout.y[rows, slots] - layout.y[rows, ring],
        )
        reach = layout.radius[rows, slots] + layout.radius[rows, ring]
        assert (distance - reach)[has].min(initial=np.inf) > 1


def test_diamonds_have_the_same_sizes_in_and_out_of_rings(layout: Layout) -> None:
    inner = layout.radius[layout.kind == RING_DIAMOND]
    outer = layout.radius[layout.kind == LONE_DIAMOND]
    # uniform on 3..5 px: the mean's standard error is 0.58 / sqrt(2400) = 0.012 each, so 0.085 is
    # five of the difference's: false alarm about 6e-7 (and the seed is fixed)
    assert abs(inner.mean() - outer.mean()) < 0.085
    assert inner.min() >= 3
    assert outer.max() <= 5


def test_the_two_diamond_classes_are_balanced(layout: Layout) -> None:
    inner, outer = (layout.kind == RING_DIAMOND).sum(), (layout.kind == LONE_DIAMOND).sum()
    assert 0.45 < inner / (inner + outer) < 0.55  # 50 %, standard error 0.7 points


def test_scenes_hold_three_to_four_objects_and_rings_of_all_contents(layout: Layout) -> None:
    present = layout.kind != ABSENT
    rings = (layout.kind == RING).sum()
    assert 3 < present.sum(axis=1).mean() < 4
    diamonds = (layout.kind == RING_DIAMOND).sum()
    discs = (room_in_rings(layout, DISC) > 0).sum()
    assert min(diamonds, discs, rings - diamonds - discs) > 0.1 * rings


def test_rings_are_whole_and_reach_from_20_to_56_pixels(layout: Layout) -> None:
    ring = layout.kind == RING
    x, y, r = layout.x[ring], layout.y[ring], layout.radius[ring]
    assert (2 * r).min() == pytest.approx(20, abs=0.2)
    assert (2 * r).max() == pytest.approx(56, abs=0.2)
    assert min((x - r).min(), (y - r).min()) >= -1e-4
    assert max((x + r).max(), (y + r).max()) <= CANVAS + 1e-4


def test_the_same_generator_state_gives_the_same_layout() -> None:
    one, two = (sample_layout(50, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one.kind, two.kind)
    assert np.array_equal(one.x, two.x)
