import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from proxy_tasks import torchvision_operators
from proxy_tasks.errors import ProxyTaskError
from proxy_tasks.torchvision_operators import load_torchvision, nms


@pytest.fixture
def unloaded() -> Iterator[None]:
    load_torchvision.cache_clear()
    yield
    load_torchvision.cache_clear()


def iou(a: list[int], b: list[int]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    overlap = width * height
    return overlap / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - overlap)


boxes_of_corners = st.lists(st.tuples(*[st.integers(0, 9)] * 4), max_size=12).map(
    lambda boxes: [[min(a, c), min(b, d), max(a, c), max(b, d)] for a, b, c, d in boxes]
)


@given(boxes=boxes_of_corners, threshold=st.floats(0.05, 0.95), seed=st.integers(0, 99))
def test_nms_is_the_greedy_one(boxes: list[list[int]], threshold: float, seed: int) -> None:
    """Equal scores and scores of zero too; of equal ones the first box comes first."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(0, 5, (len(boxes),), generator=generator) / 4
    kept: list[int] = []
    for index in sorted(range(len(boxes)), key=lambda k: -scores[k].item()):
        if all(iou(boxes[index], boxes[other]) <= threshold for other in kept):
            kept.append(index)
    tensor = torch.tensor(boxes, dtype=torch.double).reshape(-1, 4)
    assert nms(tensor, scores, threshold).tolist() == kept


def test_nothing_of_torchvision_is_imported_before_it_is_used() -> None:
    code = "import sys, proxy_tasks.mask_rcnn; assert 'torchvision' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_the_extra_one_line_says_what_to_install(
    unloaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision_operators, "find_spec", lambda name: None)
    with pytest.raises(ProxyTaskError, match=r"pip install 'spinenas\[maskrcnn\]'") as caught:
        load_torchvision()
    assert "\n" not in str(caught.value)


def test_a_broken_torchvision_is_told_in_one_line(
    unloaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> ModuleType:
        raise OSError("libtorch.so: undefined symbol\nmore of it")

    monkeypatch.setattr(torchvision_operators, "import_module", fail)
    with pytest.raises(ProxyTaskError, match="undefined symbol") as caught:
        load_torchvision()
    assert "\n" not in str(caught.value)


def test_where_torchvision_s_own_operators_load_nothing_is_defined(
    unloaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that succeeds; only one that misses the operators may define any."""
    monkeypatch.setattr(torchvision_operators, "import_module", lambda name: ModuleType(name))
    monkeypatch.setattr(torchvision_operators, "_library", lambda: pytest.fail("defined"))
    load_torchvision()


def test_torchvision_s_functions_work_after_loading() -> None:
    try:
        load_torchvision()
    except ProxyTaskError as error:
        pytest.skip(str(error))
    from torchvision.ops import batched_nms, roi_align

    boxes = torch.tensor([[0.0, 0, 8, 8], [0, 0, 8, 7], [0, 0, 8, 8]])
    scores = torch.tensor([0.5, 0.9, 0.7])
    assert batched_nms(boxes, scores, torch.tensor([0, 0, 1]), 0.5).tolist() == [1, 2]
    features = torch.ones(1, 2, 4, 4, requires_grad=True)
    crops = roi_align(features, [boxes], (2, 2), 0.5, 2)
    torch.testing.assert_close(crops, torch.ones(3, 2, 2, 2))
    crops.sum().backward()
    assert features.grad is not None
    assert features.grad.sum().item() == pytest.approx(24)
