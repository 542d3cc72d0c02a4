"""Spinebench as a task of a config: `[task] name = "spinebench"`."""

from typing import TYPE_CHECKING

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.extras import import_extra
from proxy_tasks.spinebench_table import SpineBenchTable

if TYPE_CHECKING:
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate

KINDS = ("surrogate", "table")
SEARCHED = "quick"


def spinebench(
    by: str = "surrogate",
    file: str = "",
    fidelity: str = SEARCHED,
    seed: int = 0,
    noise: float = 1.0,
) -> "SpineBenchTable | SpineBenchSurrogate":
    """By surrogate (any network of its space) or by table (those that were trained).

    fidelity: of the table. seed, noise: of the surrogate. Raises InvalidRecipe, DataError;
    MissingExtra for the surrogate without scikit-learn.
    """
    if by not in KINDS:
        raise InvalidRecipe(f"by {by!r}: choose from {', '.join(KINDS)}")
    for name, text in (("file", file), ("fidelity", fidelity)):
        if not isinstance(text, str):
            raise InvalidRecipe(f"{name} is {text!r}: give a text")
    if by == "table":
        return SpineBenchTable(file, fidelity)
    if fidelity != SEARCHED:
        raise InvalidRecipe(
            f"fidelity {fidelity!r} is the table's, by = 'table': the surrogate has one alone"
        )
    import_extra("sklearn", "scorecard")
    from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate

    return SpineBenchSurrogate(file, seed, noise)
