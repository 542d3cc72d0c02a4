"""Spinebench as a task of a config: `[task] name = "spinebench"`."""

from typing import TYPE_CHECKING

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.extras import import_extra
from proxy_tasks.spinebench_table import SpineBenchTable

if TYPE_CHECKING:
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate

KINDS = ("surrogate", "table")


def spinebench(
    by: str = "surrogate",
    file: str = "",
    fidelity: str = "quick",
    seed: int = 0,
    noise: float = 1.0,
) -> "SpineBenchTable | SpineBenchSurrogate":
    """By surrogate (any network of its space) or by table (those that were trained).

    fidelity: of the table. seed, noise: of the surrogate. Raises InvalidRecipe, DataError;
    MissingExtra for the surrogate without scikit-learn.
    """
    if by not in KINDS:
        raise InvalidRecipe(f"spinebench by {by!r}: choose from {', '.join(KINDS)}")
    if by == "table":
        return SpineBenchTable(file, fidelity)
    import_extra("sklearn", "scorecard")
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate

    return SpineBenchSurrogate(file, seed, noise)
