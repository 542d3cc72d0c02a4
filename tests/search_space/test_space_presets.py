import json
import math
from pathlib import Path

import pytest

from search_space import PUBLISHED, InvalidGenotype, SpineNetSpace
from search_space.space_presets import SPACES
from search_space.space_summary import published_members


def test_the_names_are_the_documented_ones() -> None:
    assert list(SPACES) == [
        *("spinenet-49", "r0-sp53", "r14-sp39", "r23-sp30", "r35-sp18", "mobile"),
        *("vertex-spinenet", "vertex-spinenet-v2", "vertex-mbconv"),
        *("hourglass", "fish", "tiny", "tiny-mobile"),
    ]


@pytest.mark.parametrize(
    ("name", "published"),
    [("vertex-spinenet", 4.84e38), ("vertex-spinenet-v2", 7.65e29), ("vertex-mbconv", 7.39e33)],
)
def test_the_naive_sizes_of_googles_spaces_are_those_of_the_reference(
    name: str, published: float
) -> None:
    """spinenet_reference.json search_space.computed_sizes."""
    assert SPACES[name].naive_size == pytest.approx(published, rel=2e-3)


@pytest.mark.parametrize(
    ("name", "orders", "wirings"),
    [
        ("r35-sp18", 120, 5.67e4),
        ("r23-sp30", 2_400, 9.43e10),
        ("r14-sp39", 50_400, 2.087e15),
        ("r0-sp53", 604_800, 1.0625e18),
    ],
)
def test_the_sizes_of_the_family_are_distinct_orders_times_wirings(
    name: str, orders: int, wirings: float
) -> None:
    """spinenet.md 1.3, window 5, parents among the last two stem blocks (m = 2)."""
    assert SPACES[name].orders.size == orders
    assert SPACES[name].size == pytest.approx(orders * wirings, rel=1e-3)


def test_without_a_window_r0_sp53_has_the_papers_number_of_connections() -> None:
    """The product of C(i, 2) of section 3: 8.35e20."""
    space = SpineNetSpace(offsets=(0,), block_fns=("bottleneck",), window=None)
    assert space.size // 604_800 == math.prod(math.comb(i, 2) for i in range(2, 17))
    assert space.size == pytest.approx(604_800 * 8.35e20, rel=1e-3)


@pytest.mark.parametrize(("name", "nominal"), [("r0-sp53", 435_456_000), ("r14-sp39", 4_838_400)])
def test_the_naive_orders_are_the_papers_permutations(name: str, nominal: int) -> None:
    """(N-5)! 5!, spinenet.md 1.3."""
    assert SPACES[name].orders.naive_size == nominal


def test_the_naive_size_of_the_spinenet_49_search_is_720_times_the_references() -> None:
    """Its 2.208e34 counts the orders of equal blocks once: 10! / 5! 3! of them."""
    assert SPACES["spinenet-49"].naive_size == pytest.approx(720 * 2.208e34, rel=1e-3)


def test_a_network_of_googles_released_space_has_230_000_encodings() -> None:
    space = SPACES["vertex-spinenet"]
    assert space.naive_size / space.size == pytest.approx(230_000, rel=0.001)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("spinenet-49", ("spinenet-49", "r0-sp53")),
        ("r0-sp53", ("r0-sp53",)),
        ("r23-sp30", ("r23-sp30",)),
        ("mobile", ("spinenet-mobile",)),
        ("vertex-spinenet", ()),  # it has a block more
        ("vertex-mbconv", ("spinenet-mobile",)),
    ],
)
def test_the_published_networks_are_where_they_were_found(
    name: str, members: tuple[str, ...]
) -> None:
    assert published_members(SPACES[name]) == members


@pytest.mark.parametrize("name", ["hourglass", "fish"])
def test_the_fixed_orders_hold_the_blocks_of_r0_sp53(name: str) -> None:
    """Table 7 compares orders of the same blocks."""
    order = SPACES[name].level_order
    assert order is not None
    assert sorted(order) == sorted(block.level for block in PUBLISHED["r0-sp53"].blocks)


def test_the_fixed_orders_are_those_of_the_reference(shared: Path) -> None:
    reference = json.loads((shared / "reference" / "spinenet_reference.json").read_text())
    for name in ("hourglass", "fish"):
        row = reference["fixed_order_baselines"][name]
        order = (*row["intermediate_levels"], *row["output_levels"])
        assert SPACES[name].level_order == order


@pytest.mark.parametrize("name", ["tiny", "tiny-mobile"])
def test_a_tiny_space_can_be_enumerated(name: str) -> None:
    space = SPACES[name]
    assert space.size < 5_000
    assert len({space.decode(space.unrank(index)) for index in range(space.size)}) == space.size


@pytest.mark.parametrize("name", ["mobile", "vertex-mbconv", "tiny-mobile"])
def test_a_mobile_space_holds_mobile_networks_alone(name: str) -> None:
    architecture = SPACES[name].decode(SPACES[name].unrank(0))
    assert architecture.is_mobile
    with pytest.raises(InvalidGenotype):
        SPACES[name].encode(PUBLISHED["spinenet-49"])


# Golden: the config of a run names its space, and a genotype in its store is a number in it.
# A changed preset would make other networks of them: give a new one another name.
SIZES = {
    "spinenet-49": 332_166_115_706_838_492_119_040_000_000_000,
    "r0-sp53": 642_591_184_435_200_000_000_000,
    "r14-sp39": 105_186_056_976_000_000_000,
    "r23-sp30": 226_328_256_000_000,
    "r35-sp18": 6_804_000,
    "mobile": 1_965_702_714_791_185_843_200_000_000_000,
    "vertex-spinenet": 2_105_580_697_253_989_547_378_309_332_992_000,
    "vertex-spinenet-v2": 38_579_080_409_676_693_798_912_000,
    "vertex-mbconv": 25_099_356_874_039_884_126_093_312_000,
    "hourglass": 1_062_485_424_000_000_000,
    "fish": 1_062_485_424_000_000_000,
    "tiny": 576,
    "tiny-mobile": 1_440,
}


@pytest.mark.parametrize("name", SPACES)
def test_a_preset_stays_what_runs_on_disk_call_it(name: str) -> None:
    assert SPACES[name].size == SIZES[name]
