"""What spinebench's file is promised to have; without all of it, it is preliminary."""

from collections import Counter
from typing import Final

from proxy_tasks.spinebench_file import SpineBench

SHORT: Final = "quick"
LONG: Final = "default"
STEPS: Final = (50, 100, 200, 400)  # where trainings of SHORT are scored
NETWORKS: Final = 600  # of SHORT,
REPEATED: Final = 100  # of these with
SEEDS: Final = 3  # so many,
LONGER: Final = 60  # and of LONG


def what_is_missing(bench: SpineBench) -> list[str]:
    """A line for each promise that the file does not keep; only trainings with an AP count."""
    missing = [f"no fidelity {name}" for name in (SHORT, LONG) if name not in bench.fidelities]
    if missing:
        return missing
    seeds = _seeds(bench, ("AP",))
    curves = _seeds(bench, (*(f"AP_at_{step}" for step in STEPS[:-1]), "AP"))
    several = sum(count >= SEEDS for count in seeds[SHORT].values())
    for found, promised, what in (
        (len(seeds[SHORT]), NETWORKS, f"networks of {SHORT}"),
        (len(curves[SHORT]), NETWORKS, f"networks of {SHORT} that are scored at steps {_said()}"),
        (several, REPEATED, f"networks of {SHORT} with {SEEDS} seeds"),
        (len(seeds[LONG]), LONGER, f"networks of {LONG}"),
    ):
        if found < promised:
            missing.append(f"{found} of {promised} {what}")
    if (end := bench.fidelities[SHORT].last_step) != STEPS[-1]:
        missing.append(f"{SHORT} ends at step {end}, not {STEPS[-1]}")
    return missing


def _seeds(bench: SpineBench, columns: tuple[str, ...]) -> dict[str, Counter[str]]:
    """By fidelity and key, how many seeds have a value in all of the columns."""
    found: dict[str, Counter[str]] = {SHORT: Counter(), LONG: Counter()}
    if not {*columns} <= {*bench.columns}:
        return found
    trainings = {
        (fidelity, key, seed)
        for fidelity, key, seed, *scores in zip(
            *(bench.columns[name] for name in ("fidelity", "key", "seed", *columns)), strict=True
        )
        if None not in scores
    }
    for fidelity, key, _ in trainings:
        if fidelity in found:
            found[fidelity][key] += 1
    return found


def _said() -> str:
    return ", ".join(map(str, STEPS))
