"""Where the rewards of a run come from whose candidates were not trained."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from results.report_comparison import stored_sections
from results.several_runs import Run, opened, run_name

# By the task that the run's config names. Of others, as those from outside, nothing is known.
SCORED: Final = {
    "analytic": "scored by a formula, not trained",
    "landscape": "scored by a made-up landscape, not trained",
}
SPINEBENCH: Final = {
    "surrogate": "scored by the surrogate of spinebench, not trained",
    "table": "scored by the recorded trainings of spinebench, not trained anew",
}


def reward_source(sections: Mapping[str, Mapping[str, Any]]) -> str | None:
    """What to say of a config's candidates; None where they were trained, or it is not known."""
    task = sections.get("task", {})
    if task.get("name") != "spinebench":
        return SCORED.get(str(task.get("name")))
    options = task.get("options")
    by = options.get("by", "surrogate") if isinstance(options, Mapping) else "surrogate"
    return SPINEBENCH.get(str(by))


def source_lines(runs: Sequence[Run]) -> list[str]:
    """What to say below a table of runs, which name theirs where they differ.

    Raises NotARun, StoreDamaged.
    """
    found = []
    for run in runs:
        with opened(run, part=True) as store:
            found.append((run_name(run), reward_source(stored_sections(store))))
    if len({source for _, source in found}) == 1:
        found = [("", found[0][1])]
    return [f"{name}: {source}".removeprefix(": ") for name, source in found if source is not None]
