"""The options that the policy-gradient controllers have in common."""

from dataclasses import dataclass, fields

from controllers.option_checks import check_number, check_whole

# In spinenet-49 a step on a batch of 1,000 at a width of 1,024 takes 4 GB and 16 s.
LARGEST_BATCH, LARGEST_HIDDEN = 1000, 1024


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
        check_whole("batch_size", self.batch_size, most=LARGEST_BATCH)
        check_whole("hidden_size", self.hidden_size, most=LARGEST_HIDDEN)
        check_whole("baseline_window", self.baseline_window)
        check_number("learning_rate", self.learning_rate, 1e-6, 1.0)
        check_number("entropy_bonus", self.entropy_bonus, 0.0, 100.0)
        check_number("exploration", self.exploration, 1e-6, 0.9)

    def to_json(self) -> dict[str, float]:
        """By name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
