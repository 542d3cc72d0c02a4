"""A scorecard as JSON: a list of rows, each with the settings that it holds for."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from nas.scorecard_row import ScorecardRow
from nas.scorecard_settings import MEASURED, ScorecardSettings


def scorecard_json(
    rows: Sequence[ScorecardRow],
    settings: ScorecardSettings,
    measured: Mapping[str, float] | None = None,
) -> str:
    """For `pandas.read_json` and `json.load`; see ScorecardRow for what the fields mean.

    measured: `measured_error`, which is told in the rows of that landscape.
    """
    said: dict[str, object] = {
        "budget": settings.budget,
        "seeds": settings.seeds,
        "first_seed": settings.first_seed,
        "space": settings.space,
        "noise": settings.noise,
        "spinenas": version("spinenas"),
        "command": settings.command,
    }
    about = {MEASURED: {"runs": list(settings.runs), "surrogate": measured}}
    lines = [
        json.dumps(row.as_dict() | said | about.get(row.landscape, {}), allow_nan=False)
        for row in rows
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"
