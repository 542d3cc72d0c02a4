import numpy as np
import pytest

from search_space import SPINENET_49, Architecture, SpineNetSpace, resolve
from search_space.detail_loss import detail_loss
from search_space.traits import TRAITS, traits

NAMES = [name for names in TRAITS.values() for name in names]


def told(architecture: Architecture) -> dict[str, float]:
    return dict(zip(NAMES, traits(architecture).tolist(), strict=True))


def test_those_of_spinenet_49_as_counted_by_hand_in_figure_4d() -> None:
    found = told(SPINENET_49)
    assert found["residual blocks"] == 4  # built ones; the dead block is a bottleneck
    assert found["residual outputs"] == 0
    assert found["blocks that are not built"] == 0  # it is merged into the level-5 output
    assert found["dangling blocks merged into outputs"] == 1
    assert found["edges from the stem"] == 4
    assert found["longest edge"] == 10  # 5 -> 15
    assert found["detail loss in levels"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_edges_are_counted_once_each(seed: int) -> None:
    space = SpineNetSpace()
    architecture = space.decode(space.sample(np.random.default_rng(seed)))
    found = told(architecture)
    edges = sum(len(node.parents) for node in resolve(architecture) if node.live)
    assert sum(found[name] for name in TRAITS["scale changes"][:4]) == edges
    assert found["detail loss in levels"] == detail_loss(architecture)


@pytest.mark.parametrize("seed", range(5))
def test_the_rise_is_that_of_the_least_squares_line(seed: int) -> None:
    space = SpineNetSpace()
    architecture = space.decode(space.sample(np.random.default_rng(seed)))
    live = [node for node in resolve(architecture) if node.live]
    for name, outputs in (("block", False), ("output", True)):
        levels = [node.level for node in live if node.is_output is outputs]
        slope = np.polyfit(range(len(levels)), levels, 1)[0]
        rise = told(architecture)[f"rise of the level from first {name} to last"]
        assert rise == pytest.approx(slope * (len(levels) - 1))


def test_each_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(traits(SPINENET_49))
