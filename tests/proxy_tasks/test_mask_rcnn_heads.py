import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from proxy_tasks.mask_rcnn_heads import make_heads
from search_space import MaskRCNNScale, network_cost
from search_space.cost import backbone_cost
from search_space.head_cost import mask_rcnn_head_cost
from search_space.model_sizes import MODEL_SIZES

LEVELS = [3, 4, 5, 6, 7]


def parameters(scale: MaskRCNNScale, channels: int) -> int:
    with torch.device("meta"):
        heads = make_heads(LEVELS, channels, scale)
    return sum(p.numel() for head in heads.values() for p in head.parameters())


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("spinenet-49s", 13.9),
        ("spinenet-49", 40.8),
        ("spinenet-96", 55.2),
        ("spinenet-143", 79.2),
        ("spinenet-190", 176.2),
    ],
)
def test_the_parameters_are_the_published_ones(name: str, published: float) -> None:
    """Table 5 of arXiv 1912.05027, in millions; and ours without building."""
    size = MODEL_SIZES[name]
    backbone = backbone_cost(size.architecture, size.backbone, 640)
    built = backbone.params + parameters(size.mask_rcnn, size.backbone.endpoint_filters)
    assert built / 1e6 == pytest.approx(published, abs=0.05)
    assert built == network_cost(size, "mask-rcnn", 640).params


@pytest.mark.parametrize(
    "scale",
    [
        MaskRCNNScale(),
        MaskRCNNScale(0, 8, 2, 0, 8, 16, 0, 12, 5, proposals=7, masks=3),
        MaskRCNNScale(2, 8, 1, 1, 20, 16, 2, 12, 5, proposals=9, masks=4),
    ],
)
def test_the_analytic_cost_is_what_torch_counts(scale: MaskRCNNScale) -> None:
    sizes = [(80 >> k, 48 >> k) for k in range(4)] + [(5, 3)]
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:
        heads = {name: head.eval() for name, head in make_heads(LEVELS, 32, scale).items()}
        heads["rpn_head"]([torch.zeros(1, 32, *size) for size in sizes])
        heads["box_predictor"](heads["box_head"](torch.zeros(scale.proposals, 32, 7, 7)))
        heads["mask_predictor"](heads["mask_head"](torch.zeros(scale.masks, 32, 14, 14)))
    cost = mask_rcnn_head_cost(scale, 32, sizes)
    assert parameters(scale, 32) == cost.params
    assert counter.get_total_flops() == 2 * cost.madds  # torch counts two flops a multiply-add


def test_every_head_has_the_shapes_that_torchvision_reads() -> None:
    scale = MaskRCNNScale(1, 8, 3, 1, 8, 16, 1, 8, num_classes=5)
    heads = make_heads([3, 4], 6, scale)
    scores, codes = heads["rpn_head"]([torch.zeros(2, 6, 8, 4), torch.zeros(2, 6, 4, 2)])
    assert [tuple(x.shape) for x in scores] == [(2, 3, 8, 4), (2, 3, 4, 2)]
    assert [tuple(x.shape) for x in codes] == [(2, 12, 8, 4), (2, 12, 4, 2)]
    classes, boxes = heads["box_predictor"](heads["box_head"](torch.zeros(9, 6, 7, 7)))
    assert (tuple(classes.shape), tuple(boxes.shape)) == ((9, 5), (9, 20))
    masks = heads["mask_predictor"](heads["mask_head"](torch.zeros(9, 6, 14, 14)))
    assert tuple(masks.shape) == (9, 5, 28, 28)


def test_levels_of_the_proposal_network_share_convolutions_but_not_norms() -> None:
    tower = make_heads([3, 4], 6, MaskRCNNScale())["rpn_head"].get_submodule("tower")
    assert len(list(tower.get_submodule("convs").children())) == 1
    assert [name for name, _ in tower.get_submodule("norms").named_children()] == ["3", "4"]


def test_no_crops_give_no_masks_and_leave_the_statistics_alone() -> None:
    """A batch without objects has no masks to learn."""
    heads = make_heads(LEVELS, 6, MaskRCNNScale(mask_convs=1, mask_filters=8, num_classes=2))
    before = {k: v.clone() for k, v in heads["mask_head"].state_dict().items() if "running" in k}
    crops = heads["mask_head"].train()(torch.zeros(0, 6, 14, 14))
    assert tuple(heads["mask_predictor"].train()(crops).shape) == (0, 2, 28, 28)
    after = heads["mask_head"].state_dict()
    torch.testing.assert_close({k: after[k] for k in before}, before)
