"""What an option of a controller may be."""

from controllers.errors import InvalidSetting

LARGEST = 10**6


def check_whole(name: str, value: object, least: int = 1) -> None:
    """Raises InvalidSetting unless it is a whole number from `least` to a million."""
    if type(value) is not int or not least <= value <= LARGEST:
        raise InvalidSetting(f"{name} is {value!r}: give a whole number from {least} to {LARGEST}")


def check_share(name: str, value: object) -> None:
    """Raises InvalidSetting unless it is a number from 0 to 1."""
    if isinstance(value, int | float) and type(value) is not bool and 0 <= value <= 1:
        return
    raise InvalidSetting(f"{name} is {value!r}: give a number from 0 to 1")
