import io
import threading
from pathlib import Path

import pytest
from rich.console import Console

from nas.cli import main
from nas.errors import UsageError
from nas.run_watch import RunState, RunWatch
from nas.watch_view import driver_line, panel
from results import Failure, FailureKind, Outcome, Trial, TrialStore
from results.store_file import RUN_FILE
from tests.nas.watched_run import searching


def shown(state: RunState) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(panel(state, "`nas resume r`"))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_look_finds_what_has_ended_since_the_last_one(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    with searching(directory) as trials:
        watch = RunWatch(directory)
        assert [one.number for one in watch.look().fresh] == []
        assert next(trials) == watch.look().fresh[0]
        ended = [next(trials), next(trials)]
        state = watch.look()
        assert (list(state.fresh), state.progress.done) == (ended, 3)
        assert watch.look().fresh == ()
        assert not state.done
        assert len(list(trials)) == 3
        assert watch.look().done


def test_what_many_looks_counted_is_what_one_look_counts(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    watch = RunWatch(directory, clock=lambda: 2e9)
    with searching(directory, halving__rungs="[0.5]", task__name="landscape") as trials:
        for _ in trials:
            many = watch.look()
        one = RunWatch(directory, clock=lambda: 2e9).look()
        assert (many.progress, many.top, many.last) == (one.progress, one.top, one.last)
        assert one.progress.best is not None
        with TrialStore.open_read_only(directory) as store:
            assert one.progress.best == store.best()
            assert one.progress.done == 6 < store.count()


def test_a_cut_off_search_is_told_and_followed_when_it_goes_on(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    watch = RunWatch(directory)
    with searching(directory) as trials:
        next(trials)
        assert driver_line(watch.look(), "") == "a process is searching"
    state = watch.look()
    assert (state.since, state.done) == (None, False)
    assert "no process is searching: `nas resume r` goes on" in shown(state)
    with searching(directory) as trials:
        assert watch.look().since is not None
        assert list(trials) == list(watch.look().fresh)
    assert driver_line(watch.look(), "") == "the search is done"


def test_what_is_in_flight_is_so_since_its_session_began(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    with searching(directory):
        pass
    with TrialStore.open(directory) as store, TrialStore.open_read_only(directory) as reader:
        store.propose(first(directory))
        since = RunWatch(directory).look().since
        assert since is not None
        state = RunWatch(directory, clock=lambda: since + 90).look()
        assert [(one.number, round(seconds or 0)) for one, seconds in state.running] == [(0, 90)]
        assert "trial 0 " in shown(state)
        assert "for 1 min 30 s" in shown(state)
        assert reader.count() == 1
    assert "waits for a process" in shown(RunWatch(directory).look())


def first(directory: Path) -> Trial:
    """The trial that a run of the same config begins with."""
    with searching(directory.with_name("other")) as trials:
        trial = next(trials)
    return Trial(
        number=0,
        genotype=trial.genotype,
        architecture=trial.architecture,
        fidelity=trial.fidelity,
        seed=trial.seed,
        started=1.0,
        metrics={"params": 1, "madds": 2},
    )


def test_a_failure_that_is_tried_again_is_no_failure_any_more(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    with searching(directory):
        pass
    watch = RunWatch(directory)
    with TrialStore.open(directory) as store:
        store.propose(first(directory))
        store.finish(0, Outcome.failed(FailureKind.DIVERGED, "step 7"), None)
        assert watch.look().progress.failed == {FailureKind.DIVERGED: 1}
        store.reopen(0)
        state = watch.look()
        assert (state.progress.done, state.progress.failed) == (0, {})
        store.lose(0, Failure(FailureKind.WORKER_LOST, "gone"))
        store.finish(0, Outcome.success({"AP": 0.5}), 0.5)
        state = watch.look()
        assert (state.progress.done, [one.reward for one in state.fresh]) == (1, [0.5])


def test_no_commit_waits_for_those_who_look(tmp_path: Path) -> None:
    """The writer has no patience: a commit that met a lock would raise StoreBusy."""
    directory = tmp_path / "run"
    looks, stop = [0], threading.Event()

    def look() -> None:
        watch = RunWatch(directory)
        while not stop.is_set():
            watch.look()
            looks[0] += 1

    with searching(directory):
        pass
    trial = first(directory)
    with TrialStore.open(directory) as store:
        store._connection.execute("PRAGMA busy_timeout = 0")
        store.propose(trial)
        watcher = threading.Thread(target=look)
        watcher.start()
        commits = 0
        while looks[0] < 100 and watcher.is_alive():
            store.duplicate(0)
            commits += 1
        stop.set()
        watcher.join()
        assert looks[0] >= 100
        assert store.last_event() == commits + 1
    assert not (directory / f"{RUN_FILE}-wal").exists()


def test_a_run_that_is_watched_is_left_without_a_log(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    watch = RunWatch(directory)
    with searching(directory) as trials:
        next(trials)
        watch.look()
    assert not (directory / f"{RUN_FILE}-wal").exists()


def test_a_file_that_has_not_changed_is_not_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with searching(tmp_path / "run") as trials:
        watch = RunWatch(tmp_path / "run")
        next(trials)
        before = watch.look()
        monkeypatch.setattr(TrialStore, "open_read_only", None)
        assert watch.look().last == before.last


def test_a_run_of_the_doctor_is_refused(tmp_path: Path) -> None:
    TrialStore.create(tmp_path / "run", {"doctor": "{}"}).close()
    with pytest.raises(UsageError, match="nas doctor"):
        RunWatch(tmp_path / "run").look()


class Clock:
    """In place of `time`: a wait is what `wait` does."""

    def __init__(self, wait: object) -> None:
        self.sleep, self.thread_time = wait, lambda: 0.0


def test_the_command_prints_a_line_a_trial_and_ends_with_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "run"
    with searching(directory) as trials:
        monkeypatch.setattr("nas.cli_watch.time", Clock(lambda _: next(trials)))
        assert main(["watch", str(directory)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if " left " in line and "/6" in line] == [
        f"{done}/6" for done in range(1, 7)
    ]
    assert lines[-1] == "the search is done"


def test_once_says_how_it_is_and_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with searching(tmp_path / "run") as trials:
        next(trials)
        assert main(["watch", str(tmp_path / "run"), "--once"]) == 0
    assert capsys.readouterr().out.startswith("1/6 candidates\n")


def test_ctrl_c_ends_the_command_with_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nas.cli_watch.time", Clock(interrupt))
    with searching(tmp_path / "run") as trials:
        next(trials)
        assert main(["watch", str(tmp_path / "run")]) == 130


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_an_interval_that_is_none_is_refused(
    seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "run", f"--interval={seconds}"]) == 2
    assert "no number of seconds" in capsys.readouterr().err
