import json
import threading
from pathlib import Path

import pytest
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary

from nas import load_config
from nas.cli import main
from nas.errors import UsageError
from nas.tensorboard_tracker import _records, logged_steps
from nas.tracker_thread import Tracker, TrackerThread
from nas.tracking import check_trackers
from results import Trial, TrialStore
from tests.nas.watched_run import searching


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that is cut off waits for its trackers as long as one that ends."""
    monkeypatch.setattr("nas.tracking.HASTE", 60.0)


def summaries(folder: Path) -> dict[int, Summary]:
    """Of all whole records by step; one that is there twice is an error."""
    found: dict[int, Summary] = {}
    for file in folder.glob("*tfevents*"):
        for event in map(Event.FromString, _records(file.read_bytes())):
            if event.HasField("summary"):
                assert event.step not in found
                found[event.step] = event.summary
    return found


def numbers(summary: Summary) -> dict[str, float]:
    return {one.tag: one.simple_value for one in summary.value if one.HasField("simple_value")}


def texts(summary: Summary) -> str:
    (found,) = [one for one in summary.value if one.HasField("tensor")]
    return found.tensor.string_val[0].decode()


def finished(directory: Path) -> list[Trial]:
    with TrialStore.open_read_only(directory) as store:
        return store.finished()


def test_tensorboard_has_every_trial_with_its_reward_cost_and_key(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    with searching(directory, track__tensorboard="true") as trials:
        assert len(list(trials)) == 6
    logged = summaries(directory / "tensorboard")
    assert sorted(logged) == list(range(7))
    best = -1.0
    for step, trial in enumerate(finished(directory), 1):
        best = max(best, trial.reward or -1.0)
        seen = numbers(logged[step])
        assert seen["reward"] == pytest.approx(trial.reward)
        assert seen["best_reward"] == pytest.approx(best)
        assert (seen["trial"], seen["madds"]) == (trial.number, trial.metrics["madds"])
        assert f"key: {trial.key}" in texts(logged[step])
        assert f"fidelity: {trial.fidelity}" in texts(logged[step])
    assert "search.trials: 6" in texts(logged[0])


def test_a_resumed_run_logs_nothing_twice_and_what_it_had_not(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    with searching(directory, track__tensorboard="true") as trials:
        next(trials)
        next(trials)
    for file in (directory / "tensorboard").iterdir():  # as a kill in the middle of a write
        file.write_bytes(file.read_bytes()[:-3])
    assert sorted(logged_steps(directory / "tensorboard")) == [0, 1]
    with searching(directory) as trials:
        list(trials)
    assert sorted(summaries(directory / "tensorboard")) == list(range(7))
    with searching(directory) as trials:
        assert list(trials) == []
    assert sorted(summaries(directory / "tensorboard")) == list(range(7))


def test_what_a_killed_driver_had_not_logged_is_logged_when_the_run_is_resumed(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "run"
    with searching(directory, track__tensorboard="true") as trials:
        list(trials)
    for file in (directory / "tensorboard").iterdir():
        file.unlink()
    assert main(["resume", str(directory)]) == 0
    assert sorted(summaries(directory / "tensorboard")) == list(range(7))


def test_runs_have_folders_of_their_own_in_a_folder_for_all(tmp_path: Path) -> None:
    for name in ("a/run", "b/run"):
        with searching(tmp_path / name, track__tensorboard=str(tmp_path / "all")) as trials:
            list(trials)
    folders = sorted((tmp_path / "all").iterdir())
    assert len(folders) == 2
    for folder in folders:
        assert folder.name.startswith("run-")
        assert sorted(summaries(folder)) == list(range(7))


def test_a_tracker_that_fails_is_told_once_and_the_search_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with searching(tmp_path / "run", track__tensorboard=str(tmp_path / "file")) as trials:
        assert len(list(trials)) == 6
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("nas: track.tensorboard: NotADirectoryError: ")
    assert line.endswith("; the search goes on without it")


def test_a_link_in_a_run_is_not_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    with searching(tmp_path / "run", track__tensorboard="true"):
        (tmp_path / "run" / "tensorboard").symlink_to(tmp_path / "elsewhere")
    with searching(tmp_path / "run") as trials:
        list(trials)
    assert "is a link" in capsys.readouterr().err
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("content", ["", "[]", '{"identity": "../.."}', '{"identity": 3}'])
def test_a_tracking_file_of_something_else_ends_the_tracking_only(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with searching(tmp_path / "run", track__tensorboard="true"):
        (tmp_path / "run" / "run-tracking.json").write_text(content)
    with searching(tmp_path / "run") as trials:
        assert len(list(trials)) == 6
    assert "run-tracking.json does not say" in capsys.readouterr().err


def test_a_tracker_that_hangs_is_not_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    go = threading.Event()

    def make() -> Tracker:
        go.wait()
        raise OSError("late")

    with searching(tmp_path / "run") as trials:
        thread = TrackerThread("mlflow", make, tmp_path / "run")
        for _ in trials:
            thread.wake()
        thread.end()
        thread.join(0.01)
    go.set()
    thread._thread.join()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("nas: track.mlflow: it takes too long")


def test_a_run_without_trackers_has_no_file_of_theirs(tmp_path: Path) -> None:
    with searching(tmp_path / "run") as trials:
        list(trials)
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"config.toml", "run.sqlite", "run.sqlite-lock"}


def test_a_run_keeps_its_identity_and_a_fork_has_another(tmp_path: Path) -> None:
    with searching(tmp_path / "run", track__tensorboard="true") as trials:
        list(trials)
    first = json.loads((tmp_path / "run" / "run-tracking.json").read_text())
    assert main(["fork", str(tmp_path / "run"), str(tmp_path / "fork"), "--trials", "8"]) == 0
    assert main(["resume", str(tmp_path / "fork")]) == 0
    second = json.loads((tmp_path / "fork" / "run-tracking.json").read_text())
    assert first["identity"] != second["identity"]
    assert sorted(summaries(tmp_path / "fork" / "tensorboard")) == list(range(9))


def test_a_package_that_is_missing_is_named_before_a_run_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nas.tracking.find_spec", lambda module: None)
    words = ["search", "smoke", "--pump", "local", "--task.name", "analytic"]
    run = tmp_path / "run"
    assert main([*words, "--run-dir", str(run), "--track.wandb", "offline"]) == 2
    assert "`pip install 'spinenas[wandb]'`" in capsys.readouterr().err
    assert not run.exists()


def test_a_folder_of_wandb_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no_such_package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(__import__("nas.tracking").tracking.MODULES, "wandb", "no_such_package")
    with pytest.raises(UsageError, match="not installed"):
        check_trackers(load_config("smoke", {"track.wandb": "offline"}))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("tensorboard", "3", "give true, false or a folder"),
        ("wandb", "on", "track.wandb"),
        ("project", "", "track.project"),
    ],
)
def test_a_wrong_setting_is_named(name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_config("smoke", {f"track.{name}": text})


def test_files_are_kept_as_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"track.tensorboard": "tb", "track.mlflow": "sqlite:///m.db"}
    track = load_config("smoke", given).track
    assert track.tensorboard == str(tmp_path / "tb")
    assert track.mlflow == f"sqlite:///{tmp_path}/m.db"
    assert load_config("smoke", {"track.mlflow": "http://a:5000"}).track.mlflow == "http://a:5000"


def test_tensorboard_itself_reads_the_files(tmp_path: Path) -> None:
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="TensorBoard is not installed: pip install tensorboard",
    )
    directory = tmp_path / "run"
    with searching(directory, track__tensorboard="true") as trials:
        next(trials)
    with searching(directory) as trials:
        list(trials)
    events = reader.EventAccumulator(str(directory / "tensorboard"))
    events.Reload()
    expected = [(step, one.finished) for step, one in enumerate(finished(directory), 1)]
    assert [(one.step, one.wall_time) for one in events.Scalars("reward")] == expected
    assert len(events.Tensors("trial/text_summary")) == 6
