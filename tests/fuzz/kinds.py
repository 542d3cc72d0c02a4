"""The kinds of input that are damaged, and how much of the cases each has."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.architectures import make_architectures
from tests.fuzz.coco import make_coco
from tests.fuzz.command_lines import make_command_lines
from tests.fuzz.configs import make_configs
from tests.fuzz.engine import Case
from tests.fuzz.images import make_images
from tests.fuzz.runs import make_runs
from tests.fuzz.special_files import make_special_files
from tests.fuzz.weights import make_weights


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of input: what makes its cases, and its share of them all."""

    make: Callable[[Path], Case]
    share: float


KINDS = {
    "annotations": Kind(make_coco, 0.2),
    "architectures": Kind(make_architectures, 0.15),
    "images": Kind(make_images, 0.2),
    "runs": Kind(make_runs, 0.1),
    "weights": Kind(make_weights, 0.1),
    "special files": Kind(make_special_files, 0.05),
    "command lines": Kind(make_command_lines, 0.15),
    "configs": Kind(make_configs, 0.15),
}


def shares(cases: int, only: str | None = None) -> dict[str, int]:
    """How many cases each kind has, of so many in all."""
    if only is not None:
        return {only: cases}
    whole = sum(kind.share for kind in KINDS.values())
    return {name: max(1, round(cases * kind.share / whole)) for name, kind in KINDS.items()}
