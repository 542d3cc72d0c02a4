import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks.roi_align import roi_align


def bilinear(cells: list[list[float]], y: float, x: float) -> float:
    """The value between the four cells around a point; 0 beyond one cell from the map."""
    height, width = len(cells), len(cells[0])
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    total = 0.0
    for row in {math.floor(y), min(math.floor(y) + 1, height - 1)}:
        for column in {math.floor(x), min(math.floor(x) + 1, width - 1)}:
            total += (1 - abs(y - row)) * (1 - abs(x - column)) * cells[row][column]
    return total


def reference(
    cells: list[list[float]], box: list[float], bins: tuple[int, int], ratio: int, offset: float
) -> list[list[float]]:
    """RoIAlign point by point; a box is in cells."""
    x1, y1, x2, y2 = (side - offset for side in box)
    height, width = y2 - y1, x2 - x1
    if offset == 0:
        height, width = max(height, 1), max(width, 1)
    rows = ratio if ratio > 0 else math.ceil(height / bins[0])
    columns = ratio if ratio > 0 else math.ceil(width / bins[1])
    found = []
    for i in range(bins[0]):
        line = []
        for j in range(bins[1]):
            points = [
                bilinear(
                    cells,
                    y1 + (i + (k + 0.5) / rows) * (height / bins[0]),
                    x1 + (j + (m + 0.5) / columns) * (width / bins[1]),
                )
                for k in range(rows)
                for m in range(columns)
            ]
            line.append(sum(points) / max(len(points), 1))
        found.append(line)
    return found


@given(
    corner=st.tuples(st.floats(-40, 90), st.floats(-40, 90)),
    size=st.tuples(st.floats(0, 90), st.floats(0, 90)),
    bins=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    ratio=st.sampled_from([-1, 0, 1, 2, 3]),
    aligned=st.booleans(),
    shape=st.tuples(st.integers(1, 7), st.integers(1, 7)),
)
@settings(max_examples=100, deadline=None)
def test_every_bin_is_the_mean_of_its_points(
    corner: tuple[float, float],
    size: tuple[float, float],
    bins: tuple[int, int],
    ratio: int,
    aligned: bool,
    shape: tuple[int, int],
) -> None:
    """Eight pixels a cell, and regions that reach beyond the map."""
    cells = torch.randn(2, 1, *shape, dtype=torch.double)
    box = torch.tensor([[*corner, corner[0] + size[0], corner[1] + size[1]]], dtype=torch.double)
    rois = torch.cat([torch.ones(1, 1, dtype=torch.double), box], 1)  # of the second image
    found = roi_align(cells, rois, 1 / 8, *bins, ratio, aligned)
    expected = reference(
        cells[1, 0].tolist(), (box[0] / 8).tolist(), bins, ratio, 0.5 if aligned else 0.0
    )
    torch.testing.assert_close(found[0, 0], torch.tensor(expected, dtype=torch.double))


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [0, 2])
def test_the_gradient_is_that_of_finite_differences(ratio: int, aligned: bool) -> None:
    features = torch.randn(2, 2, 4, 5, dtype=torch.double, requires_grad=True)
    rois = torch.tensor([[1, 2, 3, 30, 20], [0, -9, 0, 50, 9], [1, 8, 8, 9, 30]]).double()
    assert torch.autograd.gradcheck(
        lambda x: roi_align(x, rois, 1 / 8, 2, 3, ratio, aligned), (features,)
    )


def test_regions_come_back_in_their_order() -> None:
    """Images 1, 0, 1 of constant maps."""
    features = torch.tensor([5.0, 7.0])[:, None, None, None].expand(2, 1, 4, 4)
    rois = torch.tensor([[1.0, 1, 1, 3, 3], [0, 1, 1, 3, 3], [1, 0, 0, 2, 2]])
    assert roi_align(features, rois, 1.0, 1, 1, 2, False).flatten().tolist() == [7, 5, 7]


@pytest.mark.parametrize("ratio", [0, 2])
def test_no_regions_give_no_crops(ratio: int) -> None:
    found = roi_align(torch.zeros(1, 3, 4, 4), torch.zeros(0, 5), 1.0, 7, 7, ratio, False)
    assert found.shape == (0, 3, 7, 7)
