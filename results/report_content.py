"""All that a report shows of runs, as JSON."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from results.baselines_frame import baseline_standings
from results.beliefs_frame import beliefs, winner
from results.collection_pause import collection_paused
from results.errors import NotARun
from results.known_noise import noise_known
from results.leaderboard_frame import best_first
from results.noise import Noise
from results.report_answer import answer, metric_name
from results.report_cells import Json, figure
from results.report_comparison import (
    Differences,
    began_with,
    differing_fidelities,
    stored_sections,
)
from results.report_drawing import packed
from results.report_insights import decision_shares, failures, family, progress, rungs
from results.report_rows import trial_rows
from results.reward_source import reward_source
from results.several_runs import Run, opened, refuse_texts, run_name
from results.trial_table import whole_table
from search_space.block import BLOCK_FNS, MAX_LEVEL, MIN_LEVEL
from search_space.drawing.layout import block_width

Commands = Callable[[Run, int | None], Sequence[tuple[str, str]]]  # what for, and the command
LONGEST: Final = 300  # characters of a value of the config


def no_commands(run: Run, winner: int | None) -> Sequence[tuple[str, str]]:
    """For a report that says nothing of how to go on."""
    return []


def report_document(
    runs: Sequence[Run],
    commands: Commands = no_commands,
    every: float | None = None,
    differences: Differences = differing_fidelities,
    noise: Noise | None = None,
) -> Json:
    """The content of `report_page`: plain lists, dicts, texts and finite numbers.

    commands: what to type next, of a run and the number of its winner; every: seconds after which
    the page is written anew, if it is; differences: why rewards of several runs do not compare;
    noise: a training's, known from elsewhere. Of each run everything is as of one moment, and of at
    most 14,000 trials in all there are rows and drawings. Raises NotARun, StoreDamaged.
    """
    refuse_texts(runs)
    if not runs:
        raise NotARun("no run was given: name a directory that `nas search` made")
    differing = list(differences(runs)) if len(runs) > 1 else []
    return {
        "made": round(time.time()),
        "every": every,
        "widths": {
            kind: {level: block_width(level, kind) for level in range(MIN_LEVEL, MAX_LEVEL + 1)}
            for kind in BLOCK_FNS
        },
        "differences": differing,
        "runs": [
            _run(run, commands, len(runs), noise if differing else _noise(runs, run, noise))
            for run in runs
        ],
    }


def _noise(runs: Sequence[Run], run: Run, given: Noise | None) -> Noise | None:
    """What is known of a training's noise beside a run's own repeats: those of the others."""
    others = [one for one in runs if one is not run]
    return noise_known(others, given) if others else given


def _run(run: Run, commands: Commands, share: int, noise: Noise | None) -> Json:
    # Who looks at the whole table in one snapshot shares it. Without a pause: a sixth of the time.
    with opened(run, part=True) as store, store.snapshot(), collection_paused():
        frame, believed = best_first(whole_table(store).frame), beliefs(store, noise)
        sections = stored_sections(store)
        found = answer(believed, baseline_standings(store, noise), metric_name(frame))
        best = winner(believed)
        if found is not None and best is not None:
            found["drawing"] = packed(store.architectures([best])[best])
        return {
            "name": run_name(run),
            **began_with(sections),
            "status": {str(k): int(n) for k, n in frame["status"].value_counts().items()},
            "metric": metric_name(frame),
            "scored": reward_source(sections),
            "steps": figure(frame["steps"].max()),
            "started": _second(frame["started"].min()),
            "finished": _second(frame["finished"].max()),
            "cpu_seconds": _spent(frame),
            "answer": found,
            "progress": progress(store),
            "decisions": decision_shares(store),
            "rungs": rungs(store),
            "family": [] if best is None else family(store, best, noise),
            "failures": failures(store),
            "rows": trial_rows(store, frame, believed, share),
            "protocol": _protocol(sections),
            "commands": [list(one) for one in commands(run, best)],
        }


def _second(moment: float) -> int | None:
    return None if pd.isna(moment) else round(moment)


def _spent(frame: pd.DataFrame) -> float | int | None:
    with np.errstate(over="ignore"):
        return figure(frame["cpu_seconds"].sum()) if "cpu_seconds" in frame else None


def _protocol(sections: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """The config as the run has it: name and value, a line each."""
    return [
        [f"{name}.{field}", json.dumps(value)[:LONGEST]]
        for name, fields in sections.items()
        for field, value in fields.items()
        if value not in ({}, "", [])
    ]
