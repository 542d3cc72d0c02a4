"""Whether the numbers of a scale or a size are numbers. All raise InvalidSpace."""

from search_space.errors import InvalidSpace
from search_space.shown import shown

MOST = 100_000  # of anything that is counted here; the largest published width is 512
MOST_SCALE = 100


def check_count(name: str, value: object, least: int) -> None:
    """A plain int from `least` to MOST."""
    if type(value) is not int or not least <= value <= MOST:
        raise InvalidSpace(f"{name} {shown(value)}: give a whole number, {least} to {MOST}")


def check_scale(name: str, value: object) -> None:
    """A factor above 0."""
    if isinstance(value, int | float) and type(value) is not bool and 0 < value <= MOST_SCALE:
        return
    raise InvalidSpace(f"{name} {shown(value)}: a scale is a number above 0, at most {MOST_SCALE}")


def check_flag(name: str, value: object) -> None:
    """A bool."""
    if type(value) is not bool:
        raise InvalidSpace(f"{name} {shown(value)}: say True or False")


def check_stem_stride(value: object) -> None:
    """Stride of a stem with a pool, or of one without."""
    if type(value) is not int or value not in (2, 4):
        raise InvalidSpace(f"stem_stride {shown(value)}: the stem's stride is 2 or 4")
