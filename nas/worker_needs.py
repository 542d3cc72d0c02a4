"""What is set aside for one worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nas.config import Config


@dataclass(frozen=True, slots=True)
class WorkerNeeds:
    """In Ray's units: CPUs, shares of a GPU, and resources that nodes were given by name."""

    cpus: float = 1.0
    gpus: float = 0.0
    custom: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config) -> "WorkerNeeds":
        """Those of a config's workers."""
        resources = config.resources
        return cls(resources.cpus, config.device.gpus, dict(resources.custom))

    @property
    def threads(self) -> int:
        """Of a training: whole CPUs, at least one."""
        return max(1, int(self.cpus))

    def as_resources(self) -> dict[str, float]:
        """By the names that Ray's nodes report."""
        needs = {"CPU": self.cpus, "GPU": self.gpus, **self.custom}
        return {name: amount for name, amount in needs.items() if amount}

    def __str__(self) -> str:
        return ", ".join(f"{name} {amount:g}" for name, amount in self.as_resources().items())
