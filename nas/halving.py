"""The rungs of a config: its training, cut at the shares that `[halving]` names."""

from dataclasses import replace

from nas.config import Config
from nas.errors import UsageError
from nas.rungs import Rungs
from proxy_tasks.task import MultiFidelityTask, ProxyTask


def make_rungs(config: Config) -> Rungs:
    """The fidelity of each rung, the full length last. Raises UsageError where two are one."""
    fidelity, section = config.fidelity, config.halving
    stops = [round(share * fidelity.steps) for share in section.rungs]
    if stops and fidelity.stop_step is not None:
        raise UsageError(
            f"halving.rungs are shares of fidelity.steps, but fidelity.stop_step is "
            f"{fidelity.stop_step}: leave one of them out"
        )
    if len({0, *stops, fidelity.steps}) < len(stops) + 2:
        raise UsageError(
            f"halving.rungs {list(section.rungs)} of {fidelity.steps} steps are the steps {stops}: "
            f"give shares whose steps differ, between 1 and {fidelity.steps - 1}"
        )
    rungs = [replace(fidelity, stop_step=stop).canonical() for stop in stops]
    return Rungs((*rungs, fidelity.canonical()), section.reduction)


def check_halving(config: Config, task: ProxyTask) -> None:
    """Raises UsageError for rungs whose task cannot pause."""
    if config.halving.rungs and not isinstance(task, MultiFidelityTask):
        raise UsageError(
            f"halving.rungs is {list(config.halving.rungs)}, but task {config.task.name} has no "
            "evaluate_at, so it cannot pause: leave the rungs out, or give it that method "
            "(proxy_tasks/task.py)"
        )
