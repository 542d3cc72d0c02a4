"""Going on from what a run found with another controller."""

import shutil
from pathlib import Path

import pytest

from nas.cli import main
from nas.config_source import load_config
from nas.errors import UsageError
from nas.fork import fork_run
from nas.run_directory import open_run
from nas.run_replay import replay_run
from results import FailureKind, Outcome, Trial, TrialStore
from tests.nas.analytic_runs import search

LANDSCAPE = ["--task.name", "landscape", "--fidelity.steps", "100"]
HALVING = ["--halving.rungs", "[0.25, 0.5]", "--halving.reduction", "2"]


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine candidates of evolution, with rungs."""
    directory = tmp_path_factory.mktemp("fork") / "run"
    assert (
        search(directory, *LANDSCAPE, *HALVING, "--trials", "9", "--controller", "evolution") == 0
    )
    return directory


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A copy of it in which a trial more has failed, and the one before is running."""
    shutil.copytree(finished_run, tmp_path / "run")
    with TrialStore.open(tmp_path / "run") as store:
        number = store.next_number()
        first = store.trial(0)
        for ahead in (0, 1):
            store.propose(_running(first, number + ahead))
        store.finish(number + 1, Outcome.failed(FailureKind.CRASHED, "no"), None)
    return tmp_path / "run"


def _running(trial: Trial, number: int) -> Trial:
    return Trial(
        number=number,
        genotype=trial.genotype,
        architecture=trial.architecture,
        fidelity=trial.fidelity,
        seed=number,
        started=1.0,
        metrics={},
    )


def trials(directory: Path) -> list[Trial]:
    with TrialStore.open_read_only(directory) as store:
        return store.trials()


def test_finished_trials_are_taken_over_with_number_and_order(run: Path, tmp_path: Path) -> None:
    made = fork_run(run, tmp_path / "new", {"controller.name": "random", "search.trials": "12"})
    with TrialStore.open_read_only(run) as old, TrialStore.open_read_only(tmp_path / "new") as new:
        assert new.trials() == [one for one in old.trials() if one.finished is not None]
        assert new.finished() == old.finished()
        assert {event.kind for event in new.events()} == {"import"}
        assert next(new.events()).detail == f"trial {new.finished()[0].number} of {run}"
    assert (made.taken, made.left) == (len(trials(run)) - 1, 1)


def test_the_run_that_is_forked_is_not_touched(finished_run: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in finished_run.iterdir()}
    fork_run(finished_run, tmp_path / "new", {"controller.name": "local"})
    after = {file.name: file.read_bytes() for file in finished_run.iterdir()}
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() <= {"run.sqlite-wal", "run.sqlite-shm"}  # a reader's
    assert after.get("run.sqlite-wal", b"") == b""


@pytest.mark.parametrize("controller", ["random", "local", "nsga2"])
def test_a_fork_goes_on_with_its_controller_and_is_derived_again(
    run: Path, tmp_path: Path, controller: str
) -> None:
    new = tmp_path / "new"
    words = ["fork", str(run), str(new), "--controller", controller, "--trials", "14"]
    assert main(words) == 0
    taken = len(trials(new))
    assert main(["resume", str(new)]) == 0
    assert sum(one.continues is None for one in trials(new)) == 14
    counts = replay_run(new)
    assert (counts["import"], counts["observe"]) == (taken, len(trials(new)) - taken)


def test_what_is_not_changed_stays(finished_run: Path, tmp_path: Path) -> None:
    fork_run(finished_run, tmp_path / "new", {"search.seed": "5"})
    store, config = open_run(tmp_path / "new")
    store.close()
    before = load_config(str(finished_run / "config.toml"), {"search.seed": "5"})
    assert config == before
    assert load_config(str(tmp_path / "new" / "config.toml"), {}) == config


def test_a_warm_start_is_told_to_the_fork_too(finished_run: Path, tmp_path: Path) -> None:
    common = [*LANDSCAPE, "--trials", "3", "--controller", "random"]
    assert search(tmp_path / "run", *common, "--warm-start", str(finished_run)) == 0
    fork_run(tmp_path / "run", tmp_path / "new", {"controller.name": "evolution"})
    with (
        TrialStore.open_read_only(tmp_path / "run") as old,
        TrialStore.open_read_only(tmp_path / "new") as new,
    ):
        assert new.warm_trials() == old.warm_trials() != []
    assert replay_run(tmp_path / "new")["import"] == 3


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("space.preset", "vertex-spinenet"),
        ("fidelity.steps", "50"),
        ("data.seed", "3"),
        ("training.weight_decay", "0.5"),
        ("search.objective", "ap_under"),
        ("halving.reduction", "3"),
    ],
)
def test_what_trials_depend_on_stays(
    finished_run: Path, tmp_path: Path, setting: str, value: str
) -> None:
    with pytest.raises(UsageError, match=rf"^--{setting} .*: it is .* in the config of"):
        fork_run(finished_run, tmp_path / "new", {setting: value})
    assert not (tmp_path / "new").exists()


def test_a_budget_below_what_is_there_is_refused(finished_run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="trials is 8, but there are 9 finished candidates"):
        fork_run(finished_run, tmp_path / "new", {"search.trials": "8"})


def test_a_fork_needs_a_place_of_its_own(
    finished_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fork", str(finished_run), str(finished_run)]) == 2
    assert "exists already: `nas resume" in capsys.readouterr().err


def test_options_of_a_controller_are_checked_before_there_is_a_run(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["fork", str(finished_run), str(tmp_path / "new"), "--controller", "random"]
    assert main([*words, "--controller.options.temperature", "1"]) == 2
    assert "temperature" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_what_to_type_next_has_room_for_more(
    finished_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fork", str(finished_run), str(tmp_path / "new"), "--controller", "local"]) == 0
    assert f"nas resume {tmp_path / 'new'} --trials 18\n" in capsys.readouterr().out
