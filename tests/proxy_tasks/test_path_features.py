import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_tasks.path_features import path_features
from search_space import SPINENET_49, Architecture, SpineNetSpace
from tests.search_space.architectures import block, five_outputs
from tests.search_space.test_identity import shuffled

SPACE = SpineNetSpace()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_one_network_has_one_set_of_features(seed: int) -> None:
    rng = np.random.default_rng(seed)
    architecture = SPACE.decode(SPACE.sample(rng))
    other = shuffled(architecture, rng)
    np.testing.assert_allclose(path_features(other), path_features(architecture))


def test_spinenet_49_loses_no_detail() -> None:
    """The paper's network has a path to every output that never gets coarser than the output."""
    assert path_features(SPINENET_49)[-1] == 0.0


def test_detail_lost_is_how_much_coarser_every_path_gets() -> None:
    """One level-6 block before all outputs: those of levels 3, 4 and 5 lose 3, 2 and 1."""
    narrow = Architecture((block(6, 0, 1), block(6, 2, 2), *five_outputs(2, 3)))
    features = path_features(narrow)
    assert features[:30:6].tolist() == [3.0, 2.0, 1.0, 0.0, 0.0]
    assert features[-1] == 6.0


def test_paths_are_counted() -> None:
    """Stem pair to block 2, its double use to 3: outputs of (2, 3) have 2 + 4 paths, or edges."""
    network = Architecture((block(6, 0, 1), block(6, 2, 2), *five_outputs(2, 3)))
    shortest, longest, log_paths = path_features(network)[1:4]
    assert (shortest, longest, round(np.exp(log_paths))) == (2.0, 3.0, 6)
