"""The rungs of a config: its training, cut at the shares that `[halving]` names."""

from collections.abc import Sequence
from dataclasses import replace

from nas.config import Config
from nas.errors import UsageError
from nas.rungs import Rungs
from proxy_tasks.recipe import Fidelity
from proxy_tasks.task import FixedFidelityTask, MultiFidelityTask, ProxyTask


def make_rungs(config: Config) -> Rungs:
    """The fidelity of each rung, the full length last. Raises UsageError where two are one."""
    rungs = part_fidelities(config.fidelity, config.halving.rungs, "halving.rungs")
    return Rungs((*rungs, config.fidelity.canonical()), config.halving.reduction)


def part_fidelities(fidelity: Fidelity, shares: Sequence[float], option: str) -> tuple[str, ...]:
    """Of a training's parts, canonical: those that end at these shares of its steps.

    `option`: what the shares were given as. Raises UsageError where two are one.
    """
    stops = [round(share * fidelity.steps) for share in shares]
    if stops and fidelity.stop_step is not None:
        raise UsageError(
            f"{option} are shares of fidelity.steps, but fidelity.stop_step is "
            f"{fidelity.stop_step}: leave one of them out"
        )
    if len({0, *stops, fidelity.steps}) < len(stops) + 2:
        raise UsageError(
            f"{option} {list(shares)} of {fidelity.steps} steps are the steps {stops}: "
            f"give shares whose steps differ, between 1 and {fidelity.steps - 1}"
        )
    return tuple(replace(fidelity, stop_step=stop).canonical() for stop in stops)


def check_halving(config: Config, task: ProxyTask) -> None:
    """Raises UsageError for rungs whose task cannot pause."""
    check_pauses(config.halving.rungs, "halving.rungs", config.task.name, task)


def check_fidelities(config: Config, task: ProxyTask) -> None:
    """Raises InvalidRecipe for a length of training that the task has no answer for."""
    if isinstance(task, FixedFidelityTask):
        for fidelity in make_rungs(config).fidelities:
            task.check_fidelity(fidelity)


def check_pauses(shares: Sequence[float], option: str, name: str, task: ProxyTask) -> None:
    """Raises UsageError for shares, given as `option`, at which task `name` cannot pause."""
    if shares and not isinstance(task, MultiFidelityTask):
        raise UsageError(
            f"{option} is {list(shares)}, but task {name} has no evaluate_at, so it cannot pause: "
            "leave the rungs out, or give it that method (proxy_tasks/task.py)"
        )
