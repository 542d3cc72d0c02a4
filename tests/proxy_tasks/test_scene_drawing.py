import numpy as np
import pytest
from numpy.typing import NDArray

from proxy_tasks.scene_drawing import draw_scenes
from proxy_tasks.scene_layout import DISC, RING, RING_DIAMOND, Layout


def scene(*objects: tuple[int, int, float, float, float, float]) -> Layout:
    """One scene; objects are slot, class, x, y, radius, band."""
    layout = Layout.empty(1)
    for slot, kind, x, y, radius, band in objects:
        layout.kind[0, slot] = kind
        layout.x[0, slot], layout.y[0, slot] = x, y
        layout.radius[0, slot], layout.band[0, slot] = radius, band
    return layout


def draw(layout: Layout, size: int = 64) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    images, boxes = draw_scenes(layout, size, np.random.default_rng(0))
    return images[0].astype(np.int16), boxes[0]


def bounds(mask: NDArray[np.bool_]) -> list[int]:
    """Extent of the set pixels, x1 y1 x2 y2."""
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize(
    ("kind", "channel", "radius", "band"),
    [(RING_DIAMOND, 0, 5.0, 0.0), (RING, 1, 20.0, 3.0), (DISC, 2, 10.0, 0.0)],
)
def test_a_box_is_the_extent_of_its_colour(
    kind: int, channel: int, radius: float, band: float
) -> None:
    image, boxes = draw(scene((2, kind, 30.5, 27.5, radius, band)))
    others = np.delete(image, channel, axis=2).max(axis=2)
    seen = bounds(image[:, :, channel] > others + 60)
    assert boxes[2] == pytest.approx([30.5 - radius, 27.5 - radius, 30.5 + radius, 27.5 + radius])
    assert np.abs(boxes[2] - seen).max() <= 1.5  # the tips of shapes fade over a pixel


def test_a_ring_is_hollow_and_a_disc_is_full() -> None:
    ring, _ = draw(scene((2, RING, 32, 32, 20, 3)))
    disc, _ = draw(scene((0, DISC, 32, 32, 14, 0)))
    assert np.ptp(ring[32, 32]) < 60
    assert disc[32, 32, 2] - disc[32, 32, 0] > 60


def test_a_box_is_cut_at_the_edge_of_the_canvas() -> None:
    _, boxes = draw(scene((0, DISC, 4, 61, 8, 0)))
    assert boxes[0].tolist() == [0, 53, 12, 64]


def test_a_box_covers_only_what_a_later_object_leaves_to_see() -> None:
    # the disc's right edge, at x = 30, lies under the ring's band from x = 27 to 31
    _, boxes = draw(scene((0, DISC, 20, 32, 10, 0), (2, RING, 47, 32, 20, 4)))
    assert boxes[0, 0] == pytest.approx(10)
    assert 26 <= boxes[0, 2] < 30


def test_drawing_scales_with_the_canvas() -> None:
    layout = scene((2, RING, 30, 28, 20, 3), (0, DISC, 4, 61, 8, 0))
    _, small = draw(layout, 64)
    _, large = draw(layout, 128)
    assert large == pytest.approx(2 * small)


def test_absent_objects_leave_a_calm_ground() -> None:
    image, boxes = draw(Layout.empty(1))
    assert not boxes.any()
    assert image.std(axis=(0, 1)).max() < 10
