import numpy as np
import pytest

from results.report_drawing import DIGITS, packed
from search_space import SPACES, SPINENET_49, Architecture
from search_space.block import BLOCK_FNS
from search_space.graph import resolve


def test_a_packed_network_can_be_read_back_to_the_resolved_graph() -> None:
    space, rng = SPACES["spinenet-49"], np.random.default_rng(0)
    for _ in range(50):
        architecture = space.decode(space.sample(rng))
        stem, *words = packed(architecture).split(" ")
        assert [DIGITS.index(sign) for sign in stem] == [0, *architecture.stem_levels]
        for node, word in zip(resolve(architecture), words, strict=True):
            own, _, merged = word.partition("!")
            level, look, *parents = map(DIGITS.index, own)
            assert (level, tuple(parents)) == (node.level, node.parents)
            assert BLOCK_FNS[look // 4] == node.block_fn
            assert (bool(look & 2), bool(look & 1)) == (node.is_output, node.live)
            assert tuple(map(DIGITS.index, merged)) == node.merged


def test_a_packed_network_needs_no_escapes_in_json_and_html() -> None:
    assert not set(DIGITS) & set("<>&\"'\\! ")
    assert len(set(DIGITS)) == len(DIGITS)


def test_a_network_beyond_what_an_architecture_can_have_is_refused() -> None:
    class Large(Architecture):
        blocks = SPINENET_49.blocks * 5

    with pytest.raises(ValueError, match="at most 66 pack"):
        packed(Large.__new__(Large))
