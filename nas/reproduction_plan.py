"""What a reproduction will train, and what that costs by one candidate that was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nas.paper_claims import SEARCH
from nas.reproduction import NETWORKS, Reproduction
from nas.reproduction_choice import choices, compared
from nas.reproduction_finals import FINAL, final_work, finals_done
from proxy_tasks.recipe import Fidelity
from results import Trial, TrialStore
from results.baseline_training import read_baselines
from results.networks import RERANK
from results.store_file import RUN_FILE

PAPER = "the paper: 14,000 candidates on 100 Cloud TPU v3; it does not say for how long"


@dataclass(frozen=True, slots=True)
class Part:
    """Some trainings; `weight`: of all of them, in trainings of SpineNet-49."""

    name: str
    trainings: int
    done: int
    weight: float


def parts(reproduction: Reproduction) -> list[Part]:
    """In the order in which they are made. A candidate counts as much as SpineNet-49."""
    found = [
        Part(
            name, one.trainings, _done(one.directory) + _done(one.directory / RERANK), one.trainings
        )
        for name, one in reproduction.searches.items()
    ]
    chosen = _chosen(reproduction, found)
    limit, seeds = reproduction.limit, reproduction.scale.seeds
    weights = [
        reproduction.cost_at(one.architecture, Fidelity.from_canonical(one.fidelity))["madds"]
        / limit
        for one in reproduction.networks
    ]
    resnets = 2.0 * reproduction.detects
    directory = reproduction.directory / NETWORKS
    trainings = round((len(weights) + chosen + resnets) * seeds)
    done = _done(directory) + len(read_baselines(directory))
    weight = (sum(weights) + chosen + resnets) * seeds
    found.append(Part(NETWORKS, trainings, done, weight))
    if work := final_work(reproduction):
        found.append(Part(FINAL, len(work), finals_done(reproduction), sum(work)))
    return found


def _chosen(reproduction: Reproduction, searches: Sequence[Part]) -> int:
    """Networks that are trained as a search chose them: before all are done, the most."""
    if any(part.done < part.trainings for part in searches):
        return len(reproduction.searches) + 1
    networks = compared(reproduction, choices(reproduction))
    return len({one.identity for one in networks}) - len(reproduction.networks)


def plan_lines(reproduction: Reproduction, measured: Trial | None) -> list[str]:
    """The parts as a table, and what all that is left takes."""
    found = parts(reproduction)
    names = {part.name: f"{part.name}, race" for part in found}
    names |= {SEARCH: f"{SEARCH} ({reproduction.scale.controller}, race)", NETWORKS: NETWORKS}
    names[FINAL] = "final, full trainings"
    lines = [f"  {'part':34} {'trainings':>9} {'there':>7}"]
    lines += [
        f"  {names[part.name]:34} {part.trainings:9,} {min(part.done, part.trainings):7,}"
        for part in found
    ]
    total = sum(part.trainings for part in found)
    lines.append(f"  {'all':34} {total:9,} {sum(min(p.done, p.trainings) for p in found):7,}")
    seconds = None if measured is None else measured.metrics.get("seconds")
    if seconds is None:
        return [*lines, "cost: not known, as SpineNet-49's first training was not timed"]
    return [*lines, *_cost_lines(reproduction, seconds, found)]


def _cost_lines(reproduction: Reproduction, seconds: float, found: Sequence[Part]) -> list[str]:
    """Workers share all but the full trainings, which the driver makes one after another."""
    config, final = reproduction.config, reproduction.scale.final
    work = {part.name: part.weight * max(0.0, 1 - part.done / part.trainings) for part in found}
    candidates = work.pop(FINAL, 0.0)
    left, alone = seconds * sum(work.values()), seconds * candidates
    workers = config.search.workers if config.search.pump == "ray" else 1
    lines = [
        f"one candidate: {seconds:.1f} s (SpineNet-49, the first training, one worker alone)",
        f"all that is left: {_time(left)} of one worker, {_time(left / workers)} of {workers}",
    ]
    if final is not None:
        lines.append(
            f"then full trainings by {final.recipe}, multiply-adds of {candidates:,.0f} such "
            f"trainings: {_time(alone)} one after another at that speed"
        )
    if config.device.name != "cpu":
        days = (left / config.device.workers_per_gpu + alone) / 86_400
        lines.append(f"that is {days:,.1f} GPU-days; {PAPER}")
    return lines


def _time(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.0f} s"


def _done(directory: Path) -> int:
    """Trainings that have ended."""
    if not (directory / RUN_FILE).exists():
        return 0
    with TrialStore.open_read_only(directory) as store:
        return store.candidates(ended=True)
