"""The finished trials of several runs as one run."""

from pathlib import Path

import pytest

from nas.cli import main
from nas.config_source import load_config
from nas.errors import UsageError
from nas.merge import merge_runs
from nas.run_directory import create_run
from nas.run_replay import replay_run
from results import FailureKind, NotARun, Outcome, Trial, TrialStore
from search_space import Architecture
from search_space.space_presets import SPACES
from tests.nas.analytic_runs import FAST, search

SPACE = SPACES["spinenet-49"]
MEMBERS = [SPACE.unrank(number) for number in range(5)]
RUNGS = ['{"steps":100,"stop_step":50}', '{"steps":100}']
CRASHED, SCORED = Outcome.failed(FailureKind.CRASHED, "no"), Outcome.success({"AP": 0.1})
OVERRIDES = {"task.name": "analytic", "search.pump": "local", "controller.name": "random"}


def content(run: Path) -> list[Trial]:
    """A run's trials by number, with all that they say; they were taken over in that order."""
    with TrialStore.open_read_only(run) as store:
        assert [event.number for event in store.events()] == list(range(store.count()))
        return store.trials()


def made(directory: Path, member: int, seed: int, reward: float | None) -> Path:
    """A run of one finished trial; None: it has failed."""
    with create_run(directory, load_config("smoke", OVERRIDES)) as store:
        store.propose(_trial(0, member, seed, RUNGS[0], None))
        store.finish(0, CRASHED if reward is None else SCORED, reward)
    return directory


def _trial(number: int, member: int, seed: int, fidelity: str, continues: int | None) -> Trial:
    architecture: Architecture = SPACE.decode(MEMBERS[member])
    return Trial(
        number=number,
        genotype=MEMBERS[member],
        architecture=architecture,
        fidelity=fidelity,
        seed=seed,
        started=0.0,
        metrics={"params": 1},
        continues=continues,
    )


def test_of_one_evaluation_the_completed_result_stays(tmp_path: Path) -> None:
    failed = made(tmp_path / "a", 0, 0, None)
    completed = made(tmp_path / "b", 0, 0, 3)
    kept = merge_runs([failed, completed], tmp_path / "c", {})
    assert (kept.kept, kept.found) == (1, 2)
    with TrialStore.open_read_only(tmp_path / "c") as store:
        assert [one.reward for one in store.trials()] == [3.0]
        assert [event.detail for event in store.events()] == [f"trial 0 of {tmp_path / 'b'}"]


def test_another_seed_is_another_evaluation(tmp_path: Path) -> None:
    first, second = (made(tmp_path / str(seed), 0, seed, 0.5) for seed in (0, 1))
    assert merge_runs([first, second], tmp_path / "c", {}).kept == 2


def test_what_is_running_is_left_out(tmp_path: Path) -> None:
    run = made(tmp_path / "a", 0, 0, 1)
    with TrialStore.open(run) as store:
        store.propose(_trial(1, 1, 0, RUNGS[0], None))
    assert merge_runs([run], tmp_path / "c", {}).kept == 1


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    home = tmp_path_factory.mktemp("merge")
    for seed, name in enumerate(("a", "b")):
        words = ["--trials", "5", "--seed", str(seed), "--controller", "evolution"]
        assert search(home / name, *words) == 0
    return home / "a", home / "b"


def test_a_merge_is_an_ordinary_run(
    two_runs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = str(tmp_path / "c")
    assert main(["merge", *map(str, two_runs), "-o", new]) == 0
    assert "merge: 10 finished trials of 2 runs\n" in capsys.readouterr().out
    assert main(["resume", new, "--trials", "13"]) == 0
    assert main(["leaderboard", new]) == 0
    counts = replay_run(Path(new))
    assert (counts["import"], counts["propose"]) == (10, 3)


def test_to_merge_again_changes_no_trial(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = two_runs
    merge_runs([first, second], tmp_path / "c", {})
    for place, runs in enumerate([(second, first), (tmp_path / "c", first), (tmp_path / "c",) * 2]):
        merge_runs(runs, tmp_path / str(place), {})
        assert content(tmp_path / str(place)) == content(tmp_path / "c")


def test_a_merge_warms_another_search(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    merge_runs(two_runs, tmp_path / "c", {})
    assert search(tmp_path / "d", "--trials", "1", "--warm-start", str(tmp_path / "c")) == 0
    with TrialStore.open_read_only(tmp_path / "d") as store:
        assert len(store.warm_trials()) == 10


def test_a_merge_may_have_another_controller(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    overrides = {"controller.name": "local", "search.trials": "12"}
    assert merge_runs(two_runs, tmp_path / "c", overrides).budget == 12
    assert replay_run(tmp_path / "c")["import"] == 10


@pytest.mark.parametrize(
    "options",
    [
        ["--fidelity.steps", "77"],
        ["--data.seed", "9"],
        ["--space", "vertex-spinenet"],
        ["--space.intermediates", "{ 2 = 1, 3 = 2, 4 = 6, 5 = 1 }"],
        ["--training.weight_decay", "0.5"],
        ["--task.options.noise", "0.5"],
        ["--space.max_params", "1e9"],
    ],
)
def test_runs_that_do_not_compare_are_refused(
    two_runs: tuple[Path, Path], tmp_path: Path, options: list[str]
) -> None:
    config = load_config("smoke", _overrides(options))
    create_run(tmp_path / "b", config).close()
    with pytest.raises(UsageError, match=r"/a and .*/b cannot be merged: "):
        merge_runs([two_runs[0], tmp_path / "b"], tmp_path / "c", {})
    assert not (tmp_path / "c").exists()


def test_what_differs_between_two_spaces_is_named(
    two_runs: tuple[Path, Path], tmp_path: Path
) -> None:
    overrides = {**_overrides([]), "space.window": "4"}
    create_run(tmp_path / "b", load_config("smoke", overrides)).close()
    with pytest.raises(UsageError, match=r"merged: space\.window is 5 there and 4 here"):
        merge_runs([two_runs[0], tmp_path / "b"], tmp_path / "c", {})


def test_one_space_put_in_two_ways_is_one(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    overrides = {**_overrides([]), "space.window": "5"}
    create_run(tmp_path / "b", load_config("smoke", overrides)).close()
    assert merge_runs([two_runs[0], tmp_path / "b"], tmp_path / "c", {}).kept == 5


def _overrides(options: list[str]) -> dict[str, str]:
    words = [*FAST[1:], *options]
    names = {"pump": "search.pump", "space": "space.preset"}
    given = [word.removeprefix("--") for word in words[::2]]
    return dict(zip((names.get(name, name) for name in given), words[1::2], strict=True))


def test_runs_without_a_result_are_nothing_to_merge(tmp_path: Path) -> None:
    run = tmp_path / "a"
    create_run(run, load_config("smoke", OVERRIDES)).close()
    with pytest.raises(UsageError, match="nothing to merge"):
        merge_runs([run, run], tmp_path / "c", {})


def test_what_is_no_run_is_not_merged(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(NotARun):
        merge_runs([two_runs[0], tmp_path], tmp_path / "c", {})


def test_a_kill_leaves_no_half_of_a_merge(
    two_runs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is written beside the run's name, which comes last."""
    seen = []
    rename = Path.replace

    def killed(draft: Path, target: Path) -> Path:
        if target.name == "run.sqlite":
            seen.append(target.exists())
            raise KeyboardInterrupt
        return rename(draft, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        merge_runs(two_runs, tmp_path / "c", {})
    monkeypatch.undo()
    assert seen == [False]
    assert merge_runs(two_runs, tmp_path / "c", {}).kept == 10
