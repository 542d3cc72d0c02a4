"""What an option of a controller may be."""

from controllers.errors import InvalidSetting
from search_space.shown import shown

LARGEST = 10**6


def check_whole(name: str, value: object, least: int = 1, most: int = LARGEST) -> None:
    """Raises InvalidSetting unless it is a whole number from `least` to `most`."""
    if type(value) is not int or not least <= value <= most:
        raise InvalidSetting(
            f"{name} is {shown(value)}: give a whole number from {least} to {most}"
        )


def check_number(name: str, value: object, least: float, most: float) -> None:
    """Raises InvalidSetting unless it is a number from `least` to `most`."""
    if isinstance(value, int | float) and type(value) is not bool and least <= value <= most:
        return
    raise InvalidSetting(f"{name} is {shown(value)}: give a number from {least} to {most}")


def check_share(name: str, value: object) -> None:
    """Raises InvalidSetting unless it is a number from 0 to 1."""
    check_number(name, value, 0, 1)
