"""MLflow (extra [mlflow]): a run for the search, and one within it for each result."""

import logging
import os
import re
from itertools import islice
from typing import Any, Final

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nobody asked for it

from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

from nas.tracked_result import TrackedResult
from nas.tracked_run import TrackedRun, settings

IDENTITY, PLACE = "spinenas.identity", "spinenas.place"  # tags
OF_RUN, WHOLE = "mlflow.parentRunId", ("FINISHED", "FAILED")
MOST_PARAMS, PAGE = 100, 1000  # in a request
LONGEST: Final = 500  # characters of a parameter that every version takes
FORBIDDEN = re.compile(r"[^\w\-. /]")  # in names


class MLflowTracker:
    """What was logged is asked of MLflow: a result counts once its run has ended there.

    Args:
        uri: where MLflow tracks: a server, or `sqlite:///FILE`.
        run: the search.
    """

    def __init__(self, uri: str, run: TrackedRun) -> None:
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        self._client = MlflowClient(tracking_uri=uri)
        self._experiment = self._experiment_of(run.config.track.project)
        self._run = self._run_of(run)
        self._logged = set(self._ended())

    def has(self, place: int) -> bool:
        return place in self._logged

    def log(self, result: TrackedResult) -> None:
        trial = result.trial
        end = round((trial.finished or 0.0) * 1000)
        tags = {
            OF_RUN: self._run,
            PLACE: str(result.place),
            **{f"spinenas.{name}": value for name, value in result.texts.items()},
        }
        inner = self._client.create_run(
            self._experiment,
            start_time=round(trial.started * 1000),
            tags=tags,
            run_name=f"trial-{trial.number}",
        ).info.run_id
        numbers = {FORBIDDEN.sub("_", name): value for name, value in result.numbers.items()}
        metrics = [Metric(name, value, end, result.place) for name, value in numbers.items()]
        params = [Param("trial", str(trial.number)), Param("key", trial.key)]
        self._client.log_batch(inner, metrics=metrics, params=params)
        curve = [one for one in metrics if one.key in ("reward", "best_reward")]
        self._client.log_batch(self._run, metrics=curve)
        status = "FINISHED" if trial.failure is None else "FAILED"
        self._client.set_terminated(inner, status, end_time=end)
        self._logged.add(result.place)

    def flush(self) -> None:
        """Every call was one of MLflow's."""

    def close(self) -> None:
        self._client.set_terminated(self._run, "FINISHED")

    def _experiment_of(self, name: str) -> str:
        there = self._client.get_experiment_by_name(name)
        found: str = self._client.create_experiment(name) if there is None else there.experiment_id
        return found

    def _run_of(self, run: TrackedRun) -> str:
        """The run of the search, begun if it is not there, with the settings that it lacks."""
        found = self._search(f"tags.`{IDENTITY}` = '{run.identity}'")
        if found:
            there = found[0]
            self._client.update_run(there.info.run_id, status="RUNNING")
        else:
            there = self._client.create_run(
                self._experiment, tags={IDENTITY: run.identity}, run_name=run.name
            )
        identity: str = there.info.run_id
        values = {FORBIDDEN.sub("_", name): text for name, text in settings(run.config).items()}
        lacking = (
            Param(name, value[:LONGEST])
            for name, value in values.items()
            if name not in there.data.params
        )
        while some := list(islice(lacking, MOST_PARAMS)):
            self._client.log_batch(identity, params=some)
        self._client.log_batch(identity, tags=[RunTag("spinenas.directory", str(run.directory))])
        return identity

    def _ended(self) -> list[int]:
        """Places of the results that are there; one that was cut off is taken away."""
        places = []
        for inner in self._search(f"tags.`{OF_RUN}` = '{self._run}'"):
            if inner.info.status in WHOLE:
                places.append(int(inner.data.tags[PLACE]))
            else:
                self._client.delete_run(inner.info.run_id)
        return places

    def _search(self, condition: str) -> list[Any]:
        found: list[Any] = []
        token = None
        while True:
            page = self._client.search_runs(
                [self._experiment], condition, ViewType.ACTIVE_ONLY, PAGE, page_token=token
            )
            found += page
            if not (token := page.token):
                return found
