"""Whether the rewards of a report's runs compare, and what each run began with."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from results.report_cells import Json
from results.several_runs import Run, opened, run_name
from results.trial_store import TrialStore

# Of two runs or more: a sentence for each whose rewards do not compare with those of the first.
Differences = Callable[[Sequence[Run]], Sequence[str]]


def differing_fidelities(runs: Sequence[Run]) -> list[str]:
    """By the fidelity of each run's best trial. Raises NotARun, StoreDamaged."""
    first, *others = [(run_name(run), _fidelity(run)) for run in runs]
    return [
        f"{name}: its best trial has the fidelity {fidelity}, that of {first[0]} {first[1]}."
        for name, fidelity in others
        if None not in (fidelity, first[1]) and fidelity != first[1]
    ]


def stored_sections(store: TrialStore) -> dict[str, dict[str, Any]]:
    """The config that a run keeps, as it is; nothing where it keeps none that can be read."""
    try:
        document = json.loads(store.meta()["config"])
        return {str(name): dict(fields) for name, fields in document.items()}
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return {}


def began_with(sections: Mapping[str, Mapping[str, Any]]) -> Json:
    """What tells one run from another, as texts; None where the config does not say it."""
    wanted = {
        "controller": ("controller", "name"),
        "space": ("space", "preset"),
        "seed": ("search", "seed"),
    }
    found = {name: sections.get(one, {}).get(field) for name, (one, field) in wanted.items()}
    return {name: None if value is None else str(value)[:200] for name, value in found.items()}


def _fidelity(run: Run) -> str | None:
    with opened(run, part=True) as store:
        best = [one for one in store.top(1) if one.reward is not None]
    return best[0].fidelity if best else None
