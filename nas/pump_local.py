"""The pump that needs nothing: evaluate one trial after another in this process."""

from collections.abc import Generator

from nas.evaluation import evaluate
from nas.study import Study
from proxy_tasks.task import ProxyTask
from results import Trial


def pump_local(study: Study, task: ProxyTask) -> Generator[Trial]:
    """Finished trials as they come, until the study has no more to ask."""
    while (trial := study.ask()) is not None:
        yield study.tell(trial.number, evaluate(task, trial.architecture, trial.seed))
