"""Whether the rewards of two runs compare: what they depend on is the same in both configs."""

from collections.abc import Sequence
from typing import Any

from nas.config import Config

# Rewards compare where all of these are the same,
COMPARED = (
    "fidelity", "task", "data", "training", "augmentation", "detector", "anchors", "matching",
    "loss", "limits",
)  # fmt: skip
# but for what no reward depends on.
NOT_COMPARED = ("data.cache", "data.test", "data.scenes_test")


def first_difference(
    ours: Config, theirs: Config, fields: Sequence[str] = ()
) -> tuple[str, Any, Any] | None:
    """The dotted name of a setting that keeps rewards from comparing, ours and theirs; or None.

    fields: dotted names that are compared besides the sections of COMPARED.
    """
    here, there = _settings(ours, fields), _settings(theirs, fields)
    for name in {**here, **there}:
        if here.get(name) != there.get(name):
            return name, here.get(name), there.get(name)
    return None


def _settings(config: Config, fields: Sequence[str]) -> dict[str, Any]:
    """What rewards depend on, by dotted name."""
    document = config.as_dict()
    compared = {
        f"{section}.{name}": value
        for section in COMPARED
        for name, value in document[section].items()
        if f"{section}.{name}" not in NOT_COMPARED
    }
    for field in fields:
        section, _, name = field.partition(".")
        compared[field] = document[section].get(name)
    return compared
