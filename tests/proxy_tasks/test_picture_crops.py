import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from proxy_tasks.picture_crops import central_windows, crop, random_windows


def test_a_crop_of_whole_pixels_copies_them() -> None:
    images = torch.randint(0, 256, (2, 8, 8, 3), generator=torch.Generator().manual_seed(0))
    windows = torch.tensor([[0.0, 0, 8, 8], [0, 0, 8, 8]])
    torch.testing.assert_close(crop(images, windows, 8), images.float())
    part = torch.tensor([[2.0, 1, 6, 5], [4, 4, 8, 8]])
    found = crop(images, part, 4)
    torch.testing.assert_close(found[0], images[0, 1:5, 2:6].float())
    torch.testing.assert_close(found[1], images[1, 4:8, 4:8].float())


def test_an_enlarged_crop_is_pillows() -> None:
    generator = torch.Generator().manual_seed(1)
    picture = torch.randint(0, 256, (16, 16, 3), generator=generator, dtype=torch.uint8)
    window = (3.0, 2.0, 11.0, 10.0)
    wanted = Image.fromarray(picture.numpy()).resize(
        (16, 16), Image.Resampling.BILINEAR, box=window
    )
    found = crop(picture[None], torch.tensor([window]), 16)[0]
    inner = slice(1, -1)  # Pillow clamps at the window, and this at the picture
    wanted_pixels = torch.from_numpy(np.array(wanted)).float()
    assert (found - wanted_pixels)[inner, inner].abs().max() <= 1


@given(st.integers(0, 2**31), st.floats(0.08, 1.0))
def test_random_windows_lie_in_their_pictures(seed: int, smallest: float) -> None:
    pictures = torch.tensor([[0.0, 0, 30, 20], [5, 3, 9, 33]])
    windows = random_windows(pictures, smallest, torch.Generator().manual_seed(seed))
    assert (windows[:, :2] >= pictures[:, :2] - 1e-4).all()
    assert (windows[:, 2:] <= pictures[:, 2:] + 1e-4).all()
    assert (windows[:, 2:] > windows[:, :2]).all()


def test_windows_of_a_square_picture_have_areas_from_the_smallest_to_all() -> None:
    """Uniform, but for shapes that do not fit: of 4,000 the extremes come close."""
    pictures = torch.tensor([[0.0, 0, 100, 100]]).expand(4000, 4)
    windows = random_windows(pictures, 0.25, torch.Generator().manual_seed(0))
    areas = (windows[:, 2:] - windows[:, :2]).prod(1) / 1e4
    assert 0.25 - 1e-4 <= areas.min() < 0.26
    assert 0.98 < areas.max() <= 1 + 1e-4


def test_a_central_window_is_a_square_of_the_shorter_side() -> None:
    found = central_windows(torch.tensor([[0.0, 0, 40, 20]]), 0.5)
    torch.testing.assert_close(found, torch.tensor([[15.0, 5, 25, 15]]))
