import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco_mask

from proxy_tasks.run_lengths import bitmap


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_the_compressed_code_of_pycocotools_is_read_back(mask: np.ndarray) -> None:
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    text = {"size": rle["size"], "counts": rle["counts"].decode()}
    assert np.array_equal(bitmap(text, mask.shape), mask)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=9))
def test_listed_runs_are_columns_from_top_to_bottom(runs: list[int]) -> None:
    pixels = [number % 2 == 1 for number, run in enumerate(runs) for _ in range(run)]
    found = bitmap({"size": [len(pixels), 1], "counts": runs}, (len(pixels), 1))
    assert found[:, 0].tolist() == pixels


@pytest.mark.parametrize("text", ["", "0", "12", "P", "~", "\n"])
def test_a_text_that_does_not_fill_the_picture_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"its (runs|counts)"):
        bitmap({"size": [3, 3], "counts": text}, (3, 3))
