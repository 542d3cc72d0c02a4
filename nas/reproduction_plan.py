"""What a reproduction will train, and what that costs by one candidate that was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nas.errors import UsageError
from nas.gpu_check import check_gpus
from nas.paper_claims import SEARCH
from nas.reproduction import NETWORKS, Reproduction
from nas.reproduction_choice import choices, compared
from nas.reproduction_finals import (
    FINAL,
    final_configs,
    final_trainings,
    final_work,
    finals_done,
)
from nas.reproduction_searches import ended_trainings, skipped_trainings
from proxy_tasks.device import check_device
from proxy_tasks.errors import MissingDevice
from proxy_tasks.recipe import Fidelity
from results import Trial
from results.baseline_training import read_baselines
from results.networks import RERANK

PAPER = "the paper: 14,000 candidates on 100 Cloud TPU v3; it does not say for how long"


@dataclass(frozen=True, slots=True)
class Part:
    """Some trainings; `done`: those that have ended, and those of races that nobody could enter."""

    name: str
    trainings: int
    done: int


def parts(reproduction: Reproduction, limit: float | None) -> list[Part]:
    """In the order in which they are made.

    limit: SpineNet-49's multiply-adds. None where the data are not there: the networks that are
    compared are then as many as there can be, and a race that is skipped counts as to be made.
    """
    found = []
    for group in reproduction.groups():
        skipped = 0 if limit is None else skipped_trainings(group, limit)
        for one in group:
            raced = ended_trainings(one.directory / RERANK) + skipped
            there = min(ended_trainings(one.directory) + raced, one.trainings)
            found.append(Part(one.directory.name, one.trainings, there))
    several = len(reproduction.networks) + 2 * reproduction.detects
    several += _chosen(reproduction, found if limit is not None else None)
    directory, trainings = reproduction.directory / NETWORKS, several * reproduction.scale.seeds
    done = ended_trainings(directory) + len(read_baselines(directory))
    found.append(Part(NETWORKS, trainings, min(done, trainings)))
    if trainings := final_trainings(reproduction):
        found.append(Part(FINAL, trainings, finals_done(reproduction)))
    return found


def _chosen(reproduction: Reproduction, searches: Sequence[Part] | None) -> int:
    """Networks that are trained as a search chose them: before all are done, the most."""
    if searches is None or any(part.done < part.trainings for part in searches):
        return len(reproduction.searches) + 1
    networks = compared(reproduction, choices(reproduction))
    return len({one.identity for one in networks}) - len(reproduction.networks)


def plan_lines(reproduction: Reproduction, measured: Trial | None) -> list[str]:
    """The parts as a table, and what all that is left takes."""
    found = parts(reproduction, reproduction.limit)
    lines = _table(reproduction, found)
    seconds = None if measured is None else measured.metrics.get("seconds")
    if seconds is None:
        return [*lines, "cost: not known, as SpineNet-49's first training was not timed"]
    return [*lines, *_cost_lines(reproduction, seconds, found)]


def untimed_lines(reproduction: Reproduction, why: str) -> list[str]:
    """The same where no candidate can be trained; reads no data."""
    return [*_table(reproduction, parts(reproduction, None)), f"time: not measured: {why}"]


def untimed(reproduction: Reproduction) -> str:
    """Why no candidate can be trained here: no data, no GPU; empty where both are there.

    Raises UsageError for a [final] that never goes with the searches.
    """
    config, missing = reproduction.config, []
    if reproduction.detects and config.data.directory and not Path(config.data.directory).is_dir():
        missing.append(f"{config.data.directory}: no such data directory")
    devices = [full.device for _, full in final_configs(reproduction)]
    try:
        check_gpus(config)
        for device in devices:
            check_device(device)
    except (MissingDevice, UsageError) as error:
        missing.append(str(error))
    return "; ".join(missing)


def _table(reproduction: Reproduction, found: Sequence[Part]) -> list[str]:
    names = {part.name: f"{part.name}, race" for part in found}
    names |= {SEARCH: f"{SEARCH} ({reproduction.scale.controller}, race)", NETWORKS: NETWORKS}
    names[FINAL] = "final, full trainings"
    rows = [(names[part.name], part.trainings, part.done) for part in found]
    rows.append(("all", sum(part.trainings for part in found), sum(part.done for part in found)))
    return [
        f"  {'part':34} {'trainings':>9} {'there':>7}",
        *(f"  {name:34} {trainings:9,} {done:7,}" for name, trainings, done in rows),
    ]


def _weights(reproduction: Reproduction, found: Sequence[Part]) -> dict[str, float]:
    """Of all trainings of each part, in those of SpineNet-49; a candidate counts as one."""
    limit = reproduction.limit
    more = [
        reproduction.cost_at(one.architecture, Fidelity.from_canonical(one.fidelity))["madds"]
        / limit
        - 1
        for one in reproduction.networks
    ]
    weights = {part.name: float(part.trainings) for part in found}
    weights[NETWORKS] += sum(more) * reproduction.scale.seeds
    return weights | {FINAL: sum(final_work(reproduction))}


def _cost_lines(reproduction: Reproduction, seconds: float, found: Sequence[Part]) -> list[str]:
    """Workers share all but the full trainings, which the driver makes one after another."""
    config, final = reproduction.config, reproduction.scale.final
    weights = _weights(reproduction, found)
    work = {part.name: weights[part.name] * (1 - part.done / part.trainings) for part in found}
    candidates = work.pop(FINAL, 0.0)
    left, alone = seconds * sum(work.values()), seconds * candidates
    workers = config.search.workers if config.search.pump == "ray" else 1
    lines = [f"one candidate: {seconds:.1f} s (SpineNet-49, the first training, one worker alone)"]
    if not any(work.values()) and not candidates:
        return [*lines, "nothing is left to train"]
    lines.append(
        f"all that is left: {_time(left)} of one worker, {_time(left / workers)} of {workers}"
    )
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
