"""Networks that nobody searched for, trained as a run trains its candidates: a file beside it."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Final

from results.errors import InvalidTrial, StoreDamaged, StoreInaccessible
from results.outcome import LARGEST_INTEGER, Failure, checked_metrics
from results.sqlite_faults import reported

BASELINES_FILE: Final = "baselines.jsonl"  # its name in a run's directory


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineTraining:
    """One training of one network.

    Args:
        name: as the user said it: a published network, or a file.
        key: an architecture's; the name of what is none, such as a ResNet-FPN.
        fidelity: canonical JSON; `seed`: 0 to 2**63 - 1.
        reward: by the run's objective; None where it failed or is infeasible.
        metrics: `params` and `madds`, and what was measured.
        failure: why nothing was.

    Raises:
        InvalidTrial: the values contradict each other.
    """

    name: str
    key: str
    fidelity: str
    seed: int
    reward: float | None
    metrics: Mapping[str, float]
    failure: Failure | None

    def __post_init__(self) -> None:
        for text in (self.name, self.key, self.fidelity):
            if not isinstance(text, str) or not text:
                raise InvalidTrial(f"a baseline with name, key or fidelity {text!r}: give text")
        if type(self.seed) is not int or not 0 <= self.seed <= LARGEST_INTEGER:
            raise InvalidTrial(f"baseline {self.name}: seed {self.seed!r} is not in 0..2**63 - 1")
        object.__setattr__(self, "metrics", checked_metrics(self.metrics))
        if self.reward is None:
            return
        if self.failure is not None or not isfinite(self.reward):
            raise InvalidTrial(
                f"baseline {self.name}: reward {self.reward} with failure {self.failure}: only a "
                "training that came to its end has a reward, and it is finite"
            )
        object.__setattr__(self, "reward", float(self.reward))

    @property
    def identity(self) -> tuple[str, str, int]:
        """What need not be trained twice."""
        return self.key, self.fidelity, self.seed


def read_baselines(directory: Path) -> list[BaselineTraining]:
    """In the order in which they were trained; none where no file is.

    A last line without its end, as a kill leaves one, was not trained. Raises StoreDamaged for any
    other that makes no sense.
    """
    file = directory / BASELINES_FILE
    with reported(file):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return []
    lines = content.split(b"\n")[:-1]
    return [_training(line, f"{file}, line {number}") for number, line in enumerate(lines, 1)]


def append_baseline(directory: Path, training: BaselineTraining) -> None:
    """On the disk when it returns. Only for who holds the lock of the file."""
    file = directory / BASELINES_FILE
    line = json.dumps(asdict(training), allow_nan=False).encode() + b"\n"
    if file.is_symlink():
        raise StoreInaccessible(f"{file} is a link: remove it")
    with reported(file), file.open("ab") as written:
        written.truncate(file.read_bytes().rfind(b"\n") + 1)  # what a kill left of a line
        written.write(line)
        written.flush()
        os.fsync(written.fileno())


def _training(line: bytes, where: str) -> BaselineTraining:
    try:
        document = json.loads(line)
        failure = document.pop("failure")
        return BaselineTraining(**document, failure=None if failure is None else Failure(**failure))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as fault:
        raise StoreDamaged(
            f"{where}: {fault}: remove that line, and `nas baselines` trains it again"
        ) from fault
