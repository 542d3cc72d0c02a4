"""The options that the policy-gradient controllers have in common."""

from dataclasses import dataclass, fields

from controllers.errors import InvalidSetting
from controllers.option_checks import check_whole


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """Raises InvalidSetting for an option outside its range."""

    learning_rate: float
    batch_size: int
    hidden_size: int
    entropy_bonus: float
    exploration: float
    baseline_window: int

    def __post_init__(self) -> None:
        for name in ("batch_size", "hidden_size", "baseline_window"):
            check_whole(name, getattr(self, name))
        check_number("learning_rate", self.learning_rate, 1e-6, 1.0)
        check_number("entropy_bonus", self.entropy_bonus, 0.0, 100.0)
        check_number("exploration", self.exploration, 1e-6, 0.9)

    def to_json(self) -> dict[str, float]:
        """By name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def check_number(name: str, value: object, least: float, most: float) -> None:
    """Raises InvalidSetting unless it is a number from `least` to `most`."""
    if isinstance(value, int | float) and type(value) is not bool and least <= value <= most:
        return
    raise InvalidSetting(f"{name} is {value!r}: give a number from {least} to {most}")
