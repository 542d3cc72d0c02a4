from pathlib import Path
from typing import Any

import pytest

from results import FailureKind, Outcome, TrialStore
from tests.nas.watched_run import searching

pytest.importorskip("mlflow", reason="MLflow is not installed: pip install 'spinenas[mlflow]'")
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of MLflow's imports
    pytest.mark.timeout(120),  # it makes a data base
]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that is cut off waits for its trackers as long as one that ends."""
    monkeypatch.setattr("nas.tracking.HASTE", 60.0)


def client(file: Path) -> Any:
    from mlflow.tracking import MlflowClient

    return MlflowClient(f"sqlite:///{file}")


def runs(file: Path) -> list[Any]:
    experiment = client(file).get_experiment_by_name("spinenas")
    found: list[Any] = client(file).search_runs([experiment.experiment_id])
    return found


def test_each_trial_is_a_run_within_that_of_the_search_and_none_is_there_twice(
    tmp_path: Path,
) -> None:
    file, directory = tmp_path / "mlflow.db", tmp_path / "run"
    with searching(directory, track__mlflow=f"sqlite:///{file}") as trials:
        next(trials)
        next(trials)
    cut = next(one for one in runs(file) if one.data.tags.get("spinenas.place") == "2")
    client(file).update_run(cut.info.run_id, status="RUNNING")  # as a kill leaves it
    with searching(directory) as trials:
        list(trials)
    with searching(directory) as trials:
        assert list(trials) == []
    with TrialStore.open_read_only(directory) as store:
        expected = {
            one.number: (one.reward, one.key, one.fidelity, one.metrics["madds"])
            for one in store.finished()
        }
    (search,) = [one for one in runs(file) if "mlflow.parentRunId" not in one.data.tags]
    inner = [one for one in runs(file) if one is not search and one.data.params.get("key")]
    assert len(inner) == len(expected) == 6
    assert {
        int(one.data.params["trial"]): (
            one.data.metrics["reward"],
            one.data.params["key"],
            one.data.tags["spinenas.fidelity"],
            one.data.metrics["madds"],
        )
        for one in inner
    } == expected
    assert {one.data.tags["mlflow.parentRunId"] for one in inner} == {search.info.run_id}
    assert search.data.params["search.trials"] == "6"
    curve = client(file).get_metric_history(search.info.run_id, "best_reward")
    assert sorted(point.step for point in curve) == [1, 2, 3, 4, 5, 6]


def test_a_failed_trial_is_a_failed_run(tmp_path: Path) -> None:
    file, directory = tmp_path / "mlflow.db", tmp_path / "run"
    with searching(directory, track__mlflow=f"sqlite:///{file}"):
        pass
    with searching(tmp_path / "other") as trials:
        first = next(trials)
    with TrialStore.open(directory) as store:
        with TrialStore.open_read_only(tmp_path / "other") as other:
            begun = other.trial(first.number)
        store.propose(
            type(begun)(
                number=0,
                genotype=begun.genotype,
                architecture=begun.architecture,
                fidelity=begun.fidelity,
                seed=begun.seed,
                started=begun.started,
                metrics={"params": 1.0, "madds": 2.0},
            )
        )
        store.finish(0, Outcome.failed(FailureKind.DIVERGED, "step 7"), None)
    with searching(directory) as trials:
        list(trials)
    (failed,) = [one for one in runs(file) if one.info.status == "FAILED"]
    assert failed.data.tags["spinenas.failure"] == "diverged"
    assert failed.data.tags["spinenas.message"] == "step 7"


def test_a_server_that_is_gone_does_not_stop_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with searching(tmp_path / "run", track__mlflow="http://127.0.0.1:9") as trials:
        assert len(list(trials)) == 6
    lines = [one for one in capsys.readouterr().err.splitlines() if one.startswith("nas:")]
    assert len(lines) == 1
    assert lines[0].startswith("nas: track.mlflow: ")
