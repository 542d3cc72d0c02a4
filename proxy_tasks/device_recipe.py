"""Where candidates are trained. No torch: configs need this."""

from dataclasses import dataclass

from proxy_tasks.errors import InvalidRecipe

DEVICES = ("cpu", "cuda")
MOST_WORKERS = 64


@dataclass(frozen=True, slots=True)
class DeviceRecipe:
    """The device of every worker. No reward depends on it, but for rounding.

    `name` "cuda" is the first GPU that a worker sees; Ray shows each its own. Precision is no
    matter of the device: see `Fidelity.precision`.
    """

    name: str = "cpu"
    cuda_graph: bool = True  # replay a training step instead of launching its kernels one by one
    compile_loss: bool = False  # fuse matching and losses with torch.compile; not yet measured
    workers_per_gpu: int = 1  # candidates that share a GPU, and its memory

    def __post_init__(self) -> None:
        if self.name not in DEVICES:
            raise InvalidRecipe(f"DeviceRecipe: name is {self.name!r}; known: {DEVICES}")
        if not 1 <= self.workers_per_gpu <= MOST_WORKERS:
            raise InvalidRecipe(
                f"DeviceRecipe: workers_per_gpu is {self.workers_per_gpu}; it must be in "
                f"[1, {MOST_WORKERS}]"
            )

    @property
    def gpus(self) -> float:
        """Share of a GPU that one worker takes, in Ray's units of 1/10,000, rounded down."""
        return 10_000 // self.workers_per_gpu / 10_000 if self.name == "cuda" else 0.0
