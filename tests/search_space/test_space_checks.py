import time

import numpy as np
import pytest

from search_space import InvalidSpace, SpineNetSpace
from search_space.architecture import MOST_BLOCKS
from search_space.shown import shown
from tests.search_space.architectures import B, R

ORDER = (2, *[3] * 3, *[4] * 5, 5, 3, 4, 5, 6, 7)
NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"intermediates": {2: -1}}, "intermediates"),
        ({"intermediates": {2: 33}}, "at most 32"),
        ({"intermediates": {9: 1}}, "9 is no level, 1 to 7"),
        ({"offsets": ()}, "offsets"),
        ({"block_fns": ("conv",)}, "block_fns .*choose from"),
        ({"block_fns": ()}, "at least one"),
        ({"block_fns": (B, B)}, "no repeats"),
        ({"block_fns": (B, "mbconv"), "stem_levels": (1, 2)}, "mbconv alone, or some of bottlen"),
        ({"block_fns": ("mbconv",)}, r"stem_levels \(2, 2\): MBConv blocks need .*\(1, 2\)"),
        ({"stem_levels": (1, 2)}, "stem levels"),
        ({"window": 1}, "window 1"),
        ({"stem_levels": (3, 3)}, "stem levels"),
        ({"output_levels": (3, 5)}, "output levels"),
        ({"min_level": 5, "max_level": 4}, "min_level 5, max_level 4"),
        ({"level_order": (2, 3, 4, 5)}, r"level_order \(2, 3, 4, 5\): .* of 10 intermediates"),
        ({"level_order": (2,) * 10 + (3, 4, 5, 6, 7)}, "the budget"),
        ({"level_order": (2, *[3] * 3, *[4] * 5, 5, 3, 3, 5, 6, 7)}, "in any order"),
        ({"level_order": (2, *[3] * 3, *[4] * 5, 8, 3, 4, 5, 6, 7)}, "level_order"),
    ],
)
def test_a_space_that_contradicts_itself_is_refused(
    settings: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidSpace, match=reason) as caught:
        SpineNetSpace(**settings)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *[("intermediates", v) for v in (None, 5, [3, 4], {"3": 1}, {3: 1, "4": 1}, {3: 1.0})],
        *[("intermediates", v) for v in ({3: True}, {True: 1}, {3: NAN}, {9: 0}, {0: 1})],
        *[("offsets", v) for v in (5, None, "01", {0: 1}, iter((0,)), ("a",), ([0],))],
        *[("offsets", v) for v in ((0.5,), (0.0,), (True,), (NAN,), (0, 0.0), (np.int64(0),))],
        *[("block_fns", v) for v in (None, B, (3,), ([B],), {B})],
        *[("window", v) for v in (NAN, INF, 2.5, 5.0, "5", True, np.int64(5), -1)],
        *[("stem_levels", v) for v in (None, 5, "22", (2, 2.0), (2, True))],
        *[("output_levels", v) for v in (None, 5, "3", (7.0,), (True,), (0, 1), (7, 8))],
        *[(name, v) for name in ("min_level", "max_level") for v in (2.5, 7.0, True, "1", None)],
        *[("level_order", v) for v in (5, "x", {2: 1}, (2.0, *ORDER[1:]), (True, *ORDER[1:]))],
    ],
)
def test_a_setting_of_another_type_is_refused_by_name_and_value(name: str, wrong: object) -> None:
    with pytest.raises(InvalidSpace, match=name) as caught:
        SpineNetSpace(**{name: wrong})  # type: ignore[arg-type]
    assert shown(wrong) in str(caught.value)


def test_lists_are_as_good_as_tuples() -> None:
    settings = {"offsets": [-1, 0, 1, 2], "block_fns": [B, R], "level_order": list(ORDER)}
    assert SpineNetSpace(**settings) == SpineNetSpace(level_order=ORDER)  # type: ignore[arg-type]


@pytest.mark.parametrize("intermediates", [{4: 32}, {2: 5, 3: 5, 4: 5, 5: 5, 6: 5}])
def test_a_space_that_would_take_minutes_to_count_is_refused_at_once(
    intermediates: dict[int, int],
) -> None:
    started = time.process_time()
    with pytest.raises(InvalidSpace, match=r"up to [\d,]+ multisets .*at most 250,000, so give"):
        SpineNetSpace(intermediates, offsets=(-3, -2, -1, 0, 1, 2, 3))
    assert time.process_time() - started < 0.1  # measured 0.0003 s


def test_the_largest_budget_counts_where_offsets_are_few() -> None:
    space = SpineNetSpace({4: 32}, offsets=(-1, 0, 1, 2))
    started = time.process_time()
    assert space.rank(space.unrank(space.size - 1)) == space.size - 1
    assert time.process_time() - started < 2  # measured 0.1 s


def test_the_largest_space_builds_networks_of_fewer_blocks_than_the_most() -> None:
    space = SpineNetSpace({4: 32}, (0,), output_levels=(1, 2, 3, 4, 5, 6, 7))
    assert len(space.decode(space.unrank(0)).blocks) == 39 < MOST_BLOCKS
