"""`--noise`: what one training's reward is off by, measured elsewhere."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from nas.errors import UsageError
from results import Noise, TrialStore
from results.noise import noise_of_repeats
from search_space.shown import shown

HELP: Final = (
    "what a seed changes, measured elsewhere: a file of `nas doctor --format json`, of the same "
    "trainings, which counts beside the repeats; or the standard deviation of a training's reward, "
    "as 0.011, which counts alone"
)
LARGEST: Final = 1e9  # its square, and sums of squares, stay finite
WAY_OUT: Final = (
    "give a file that `nas doctor PRESET --format json > FILE` wrote, or a standard deviation "
    "above 0 and at most 1e9, as 0.011"
)


def given_noise(text: str | None, runs: Sequence[Path]) -> Noise | None:
    """What --noise says of trainings like those of runs; None where it was left out.

    A number is taken as exact. Of a doctor's result those networks count that its verdict is of.
    Raises UsageError for neither, and for a doctor's of another fidelity; NotARun and its kin.
    """
    if text is None:
        return None
    try:
        sd = float(text)
    except ValueError:
        return _of_doctor(text, runs)
    if not 0 < sd <= LARGEST:
        raise UsageError(f"--noise {text}: {WAY_OUT}")
    return Noise(sd, math.inf)


def _of_doctor(text: str, runs: Sequence[Path]) -> Noise:
    document = _document(text)
    try:
        sound = document["resolvable_of"] == "sound"
        groups = [
            np.array(one["ap"], np.float64)
            for one in document["candidates"]
            if (one["detail_loss"] == 0 if sound else one["random"])
        ]
        fidelity: dict[str, Any] = document["fidelity"]
        valid = isinstance(fidelity, dict) and all(
            one.ndim == 1 and ((one >= 0) & (one <= 1)).all() for one in groups
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        valid = False
    if not valid:
        raise UsageError(f"--noise {shown(text)} is no result of `nas doctor`: {WAY_OUT}")
    found = noise_of_repeats(groups)
    if found is None:
        raise UsageError(
            f"--noise {shown(text)}: that doctor trained no network twice: type its command again "
            "with --seeds 2"
        )
    for run in runs:
        _check_same_training(text, fidelity, found, run)
    return found


def _document(text: str) -> dict[str, Any]:
    try:
        content = Path(text).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--noise {shown(text)} cannot be read ({reason}): {WAY_OUT}") from error
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError(f"--noise {shown(text)} is no result of `nas doctor`: {WAY_OUT}")
    return found


def _check_same_training(text: str, fidelity: dict[str, Any], found: Noise, run: Path) -> None:
    """Raises UsageError where a run's longest trainings are others than the doctor's."""
    with TrialStore.open_read_only(run, part=True) as store:
        best = store.best()
    if best is None:
        return
    way_out = "give a doctor's of these trainings"
    if found.sd > 0:
        way_out = f"if it is as large there, give the number: --noise {found.sd:.3g}"
    if best.metrics.get("AP") != best.reward:
        raise UsageError(
            f"--noise {shown(text)} is of APs, and the rewards of {run} are none: {way_out}"
        )
    try:
        theirs = json.loads(best.fidelity)
    except ValueError:
        theirs = None
    if theirs != fidelity:
        what = _difference(fidelity, theirs if isinstance(theirs, dict) else {})
        raise UsageError(
            f"--noise {shown(text)} is of other trainings than {run}, {what}: {way_out}"
        )


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    name = next(name for name in {**theirs, **ours} if ours.get(name) != theirs.get(name))
    return f"with {name} {shown(ours.get(name))}, not {shown(theirs.get(name))}"
