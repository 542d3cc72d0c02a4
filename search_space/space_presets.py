"""Search spaces from the literature, as values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from search_space.architecture import MOBILE_STEM_LEVELS
from search_space.spinenet_space import R0_SP53_INTERMEDIATES, SpineNetSpace

_BOTTLENECKS: Final = ("bottleneck",)
_MBCONV: Final = ("mbconv",)


def _permuted(stem_levels: tuple[int, ...], intermediates: Mapping[int, int]) -> SpineNetSpace:
    """A space of the R[N]-SP[M] family: orders and connections only, all bottlenecks, window 5."""
    return SpineNetSpace(intermediates, (0,), _BOTTLENECKS, stem_levels=stem_levels)


def _ordered(intermediates: tuple[int, ...], outputs: tuple[int, ...]) -> SpineNetSpace:
    """Connections alone, in one order of R0-SP53's blocks."""
    order = (*intermediates, *outputs)
    return SpineNetSpace(R0_SP53_INTERMEDIATES, (0,), _BOTTLENECKS, level_order=order)


SPACES: Final[Mapping[str, SpineNetSpace]] = MappingProxyType(
    {
        # arXiv 1912.05027 section 3 and 5.1: R0-SP53's blocks, offsets -1 to 2, two types.
        "spinenet-49": SpineNetSpace(),
        # arXiv 1912.05027 Table 1: stem blocks by level, and blocks of the permuted part less one
        # output a level from 3 to 7. That parents are of the last two stem blocks is the rule of
        # Figure 4b and of Google's encoder; the paper does not state it.
        "r0-sp53": _permuted((2, 2), R0_SP53_INTERMEDIATES),
        "r14-sp39": _permuted((2, 3, 4, 5), {2: 2, 3: 2, 4: 4}),
        "r23-sp30": _permuted((2, 2, 3, 3, 4, 4, 5), {2: 1, 3: 1, 4: 3}),
        "r35-sp18": _permuted((2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 5), {2: 1}),
        # Of MBConv blocks, around the published SpineNet-Mobile, which was not searched: R0-SP53's
        # blocks and one more of level 2, as it has 11 intermediates.
        "mobile": SpineNetSpace(
            {2: 2, 3: 3, 4: 5, 5: 1}, block_fns=_MBCONV, stem_levels=MOBILE_STEM_LEVELS
        ),
        # google/vertex-ai-nas, the spaces spinenet, spinenet_v2 and spinenet_mbconv as shipped.
        "vertex-spinenet": SpineNetSpace({2: 1, 3: 3, 4: 5, 5: 2}, window=4),
        "vertex-spinenet-v2": SpineNetSpace(
            R0_SP53_INTERMEDIATES, (-1, 0, 1), _BOTTLENECKS, window=4
        ),
        "vertex-mbconv": SpineNetSpace(
            {2: 1, 3: 1, 4: 5, 5: 4},
            block_fns=_MBCONV,
            window=4,
            stem_levels=MOBILE_STEM_LEVELS,
        ),
        # arXiv 1912.05027 Table 7: orders of R0-SP53's blocks in which connections were searched.
        # The table lists the two stem blocks of level 2 as well; here are intermediates, outputs.
        "hourglass": _ordered((2, 3, 3, 3, 4, 4, 4, 4, 4, 5), (7, 6, 5, 4, 3)),
        "fish": _ordered((3, 3, 4, 4, 4, 5, 4, 4, 3, 2), (3, 4, 5, 6, 7)),
        # Ours, small enough to enumerate: 576 and 1,440 members.
        "tiny": SpineNetSpace({3: 1}, (0, 1), output_levels=(3, 4)),
        "tiny-mobile": SpineNetSpace(
            {3: 2}, (0, 1), _MBCONV, stem_levels=MOBILE_STEM_LEVELS, output_levels=(3, 4)
        ),
    }
)
