from dataclasses import replace

import pytest

from nas.compared_networks import RESNET, equal_madds, known_networks, scaled_fidelity
from nas.compose import detector_cost
from nas.config_source import load_config
from nas.errors import UsageError
from nas.study import Metrics
from proxy_tasks.recipe import Fidelity
from search_space import MODEL_SIZES, SPINENET_49, Architecture, ResNetFpn

CONFIGS = {preset: load_config(preset, {}) for preset in ("quick", "paper")}
PUBLISHED = Fidelity(
    steps=1,
    batch_size=1,
    image_size=640,
    filter_scale=1.0,
    resample_alpha=0.5,
    endpoint_filters=256,
    head_convs=4,
    head_filters=256,
)


def cost(body: Architecture | ResNetFpn, fidelity: Fidelity) -> Metrics:
    return detector_cost(CONFIGS["paper"], 91, fidelity)(body)


@pytest.mark.parametrize("preset", CONFIGS)
def test_the_baseline_costs_what_spinenet_49_does_to_two_percent(preset: str) -> None:
    fidelity = CONFIGS[preset].fidelity
    narrow = equal_madds(fidelity, cost)
    ratio = cost(RESNET, narrow)["madds"] / cost(SPINENET_49, fidelity)["madds"]
    assert ratio == pytest.approx(1, abs=0.02)
    assert narrow.filter_scale < fidelity.filter_scale


def test_a_width_at_which_no_baseline_is_as_cheap_is_refused() -> None:
    tiny = replace(CONFIGS["quick"].fidelity, filter_scale=1 / 32, resample_alpha=1.0)
    with pytest.raises(UsageError, match="give wider networks"):
        equal_madds(tiny, cost)


@pytest.mark.parametrize("name", ["spinenet-49s", "spinenet-49", "spinenet-96"])
def test_at_published_widths_the_scaled_networks_are_the_published_ones(name: str) -> None:
    fidelity, model = scaled_fidelity(PUBLISHED, name), MODEL_SIZES[name]
    assert fidelity.backbone_scale() == model.backbone
    assert fidelity.head_scale(num_classes=91, anchors_per_cell=9) == model.head


def test_spinenet_49_comes_first_and_no_network_twice() -> None:
    networks = known_networks(PUBLISHED, scaled=True)
    assert networks[0].architecture is SPINENET_49
    assert len({one.identity for one in networks}) == len(networks) == 7


def test_a_task_of_one_fidelity_gets_no_scaled_ones() -> None:
    fidelities = {one.fidelity for one in known_networks(PUBLISHED, scaled=False)}
    assert fidelities == {PUBLISHED.canonical()}
