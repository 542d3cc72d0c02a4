import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from controllers import RegularizedEvolution
from nas.cli import main
from nas.compose import make_parts
from nas.config import Config
from nas.config_source import load_config
from nas.doctor_plan import long_fidelity
from nas.errors import UsageError
from nas.run_directory import create_run
from nas.warm_start import WarmStart, read_warm_start
from results import FailureKind, Outcome, TrialStatus, TrialStore, WarmTrial
from search_space import Genotype, SpineNetSpace
from tests.nas.analytic_runs import search, trials
from tests.results.old_formats import in_format

WORDS = ["--controller.options.population_size", "4", "--controller.options.sample_size", "2"]


class MutantsOnly(SpineNetSpace):
    """Remembers whose mutants were asked for, and has no members to sample."""

    parents: ClassVar[set[Genotype]] = set()

    def sample(self, rng: np.random.Generator) -> Genotype:
        raise AssertionError("sampled")

    def mutate(self, genotype: Genotype, rng: np.random.Generator) -> Genotype:
        self.parents.add(genotype)
        return super().mutate(genotype, rng)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("other") / "run"
    assert search(directory, "--trials", "8", "--seed", "5") == 0
    return directory


def warm_config(*runs: Path, **changes: str) -> Config:
    given = {"search.pump": "local", "task.name": "analytic", "search.trials": "6", **changes}
    listed = json.dumps([str(run) for run in runs])
    return load_config("smoke", {**given, "search.warm_start": listed})


def read(config: Config) -> WarmStart:
    parts = make_parts(config)
    return read_warm_start(config, parts.space, parts.objective)


def told(directory: Path) -> list[WarmTrial]:
    with TrialStore.open_read_only(directory) as store:
        return store.warm_trials()


def test_every_finished_trial_is_told_and_the_best_last(other: Path) -> None:
    with TrialStore.open_read_only(other) as store:
        rewards = {trial.number: trial.reward for trial in store.trials()}
    found = read(warm_config(other)).trials
    assert {trial.number: trial.reward for trial in found} == rewards
    assert found[-1].reward == max(reward for reward in rewards.values() if reward is not None)


def test_only_the_best_twenty_ascend(tmp_path: Path) -> None:
    """An ascending journal would look to a policy as if every candidate were an improvement."""
    assert search(tmp_path / "long", "--trials", "60") == 0
    rewards = [trial.reward or 0.0 for trial in read(warm_config(tmp_path / "long")).trials]
    assert rewards[-20:] == sorted(rewards)[-20:]
    assert rewards[:40] != sorted(rewards[:40])


def test_rewards_are_those_of_this_runs_objective(other: Path) -> None:
    options = {"search.objective": "ap_under_madds", "search.objective_options.madds": "1e6"}
    for trial in read(warm_config(other, **options)).trials:
        wanted = trial.metrics["AP"] * (trial.metrics["madds"] / 1e6) ** -0.07
        assert trial.reward == pytest.approx(wanted)


def test_a_warm_start_counts_for_no_budget_and_stands_on_no_leaderboard(
    other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert search(tmp_path / "run", "--trials", "3", "--warm-start", str(other)) == 0
    assert f"warm start: 8 trials of {other}\n" in capsys.readouterr().out
    assert len(trials(tmp_path / "run", capsys)) == 3
    assert len(told(tmp_path / "run")) == 8


def test_several_runs_are_named_in_a_list_or_one_by_one(other: Path, tmp_path: Path) -> None:
    again, third = tmp_path / "again", tmp_path / "third"
    shutil.copytree(other, again)
    shutil.copytree(other, third)
    words = ["--warm-start", f"{other},{again}", "--warm-start", str(third)]
    assert search(tmp_path / "run", "--trials", "1", *words) == 0
    counts = Counter(trial.run for trial in told(tmp_path / "run"))
    assert counts == {str(run): 8 for run in (other, again, third)}


def test_a_relative_run_is_kept_as_an_absolute_path(
    other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(other.parent)
    assert warm_config(Path("run"), Path("../other0/run")).search.warm_start[0] == str(other)


def test_a_run_stopped_anywhere_goes_on_as_if_it_had_not_been_even_without_the_other(
    other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = tmp_path / "lost"
    shutil.copytree(other, lost)
    words = ["--warm-start", str(lost), *WORDS]
    assert search(tmp_path / "whole", "--trials", "12", *words) == 0
    assert search(tmp_path / "cut", "--trials", "5", *words) == 0
    shutil.rmtree(lost)
    assert main(["resume", str(tmp_path / "cut"), "--trials", "12"]) == 0
    assert f"warm start: 8 trials of {lost}" in capsys.readouterr().out
    whole, cut = (trials(tmp_path / name, capsys) for name in ("whole", "cut"))
    assert [(t["trial"], t["key"]) for t in whole] == [(t["trial"], t["key"]) for t in cut]


def test_a_warm_start_changes_what_is_proposed(
    other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path / "cold", "--trials", "12", *WORDS)
    search(tmp_path / "warm", "--trials", "12", *WORDS, "--warm-start", str(other))
    cold, warm = (trials(tmp_path / name, capsys) for name in ("cold", "warm"))
    assert {t["key"] for t in cold} != {t["key"] for t in warm}


def test_members_of_another_space_are_told_where_they_are_members_of_this_one(
    other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with TrialStore.open_read_only(other) as store:
        highest = [max(b.level for b in t.architecture.blocks[:10]) for t in store.trials()]
    inside = sum(level < 7 for level in highest)
    assert 0 < inside < 8
    words = ["--space.max_level", "6", "--trials", "1", "--warm-start", str(other)]
    assert search(tmp_path / "run", *words) == 0
    line = f"warm start: {inside} trials of {other} ({8 - inside} no members of this space)"
    assert line in capsys.readouterr().out


def test_members_above_the_limit_are_not_told(other: Path) -> None:
    madds = sorted(trial.metrics["madds"] for trial in read(warm_config(other)).trials)
    found = read(warm_config(other, **{"space.max_madds": str(madds[3])}))
    assert sorted(trial.metrics["madds"] for trial in found.trials) == madds[:4]


def test_a_candidates_failure_is_told_and_its_machines_is_not(other: Path, tmp_path: Path) -> None:
    config = warm_config()
    parts = make_parts(config)
    space = parts.space
    kinds = [FailureKind.DIVERGED, FailureKind.WORKER_LOST, FailureKind.DATA_ERROR]
    with TrialStore.open_read_only(other) as store:
        proposed = store.trials()[: len(kinds) + 1]
    with create_run(tmp_path / "failed", config) as store:
        for trial in proposed:
            unfinished = {"status": TrialStatus.RUNNING, "reward": None, "finished": None}
            store.propose(replace(trial, **unfinished))
        for number, kind in enumerate(kinds):
            store.finish(number, Outcome.failed(kind, "x"), None)
    (only,) = read(warm_config(tmp_path / "failed")).trials
    assert (only.number, only.reward) == (0, None)
    assert space.decode(only.genotype) == proposed[0].architecture


def test_a_doctors_long_trainings_are_not_told(other: Path, tmp_path: Path) -> None:
    config = warm_config()
    with TrialStore.open_read_only(other) as store:
        first, second = store.trials()[:2]
    with create_run(tmp_path / "doctor", config) as store:
        for trial, fidelity in (
            (first, config.fidelity.canonical()),
            (second, long_fidelity(config, 2.5)),
        ):
            unfinished = {"status": TrialStatus.RUNNING, "reward": None, "finished": None}
            store.propose(replace(trial, fidelity=fidelity, **unfinished))
            store.finish(trial.number, Outcome.success({"AP": 0.5}), 0.5)
    assert [t.number for t in read(warm_config(tmp_path / "doctor")).trials] == [first.number]


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("fidelity.steps", "5", "fidelity.steps is 4 there and 5 here"),
        ("training.learning_rate", "0.5", "training.learning_rate is 0.005 there and 0.5 here"),
        ("task.options.optimum", "1.0", "task.options is {} there and {'optimum': 1.0} here"),
        ("data.seed", "3", "data.seed is 0 there and 3 here"),
        ("data.scenes_train", "65", "data.scenes_train is 64 there and 65 here"),
        ("detector.activation", "swish", "detector.activation"),
        ("anchors.octaves", "2", "anchors.octaves"),
        ("matching.positive", "0.45", "matching.positive"),
        ("loss.box_weight", "21.0", "loss.box_weight"),
        ("limits.nms_iou", "0.6", "limits.nms_iou"),
        ("augmentation.flip", "false", "augmentation.flip is True there and False here"),
        ("fidelity.train_images", "5", "fidelity.train_images is None there and 5 here"),
    ],
)
def test_rewards_that_do_not_compare_are_refused_by_field_before_a_run_is_made(
    other: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    value: str,
    field: str,
) -> None:
    words = ["--warm-start", str(other), f"--{option}", value]
    assert search(tmp_path / "run", *words) == 2
    said = capsys.readouterr().err
    assert f"warm start from {other}: {field}" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", ["data.cache", "data.scenes_test", "search.seed"])
def test_what_no_reward_depends_on_may_differ(other: Path, option: str) -> None:
    assert len(read(warm_config(other, **{option: "7"})).trials) == 8


@pytest.mark.parametrize(
    ("run", "message"),
    [("nowhere", "nowhere does not exist"), ("", "one of the runs has no name")],
)
def test_a_run_that_is_none_is_refused_before_a_run_is_made(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    run: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert search(Path("run"), "--warm-start", run) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_store_without_a_config_is_refused(tmp_path: Path) -> None:
    TrialStore.create(tmp_path / "bare", {}).close()
    with pytest.raises(Exception, match="has no config in its store"):
        read(warm_config(tmp_path / "bare"))


def test_a_run_is_not_made_without_the_trials_that_its_config_names(
    other: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="give create_run what read_warm_start"):
        create_run(tmp_path / "run", warm_config(other))


def test_the_effective_config_repeats_a_warm_started_search(
    other: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path / "first", "--warm-start", str(other))
    assert (
        main(["search", str(tmp_path / "first/config.toml"), "--run-dir", str(tmp_path / "b")]) == 0
    )
    first, second = (trials(tmp_path / name, capsys) for name in ("first", "b"))
    assert [t["key"] for t in first] == [t["key"] for t in second]


def test_a_run_of_before_warm_starts_is_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path / "whole", "--trials", "6")
    search(tmp_path / "old", "--trials", "3")
    in_format(1, tmp_path / "old" / "run.sqlite")
    assert main(["resume", str(tmp_path / "old"), "--trials", "6"]) == 0
    whole, old = (trials(tmp_path / name, capsys) for name in ("whole", "old"))
    assert [t["key"] for t in whole] == [t["key"] for t in old]


def test_a_warm_started_evolution_begins_with_mutants_of_what_it_was_told(other: Path) -> None:
    warm = read(warm_config(other)).trials
    space = MutantsOnly()
    controller = RegularizedEvolution(space, 0, population_size=8, sample_size=2)
    for trial in warm:
        controller.observe(trial.genotype, trial.reward, trial.metrics)
    for _ in range(8):
        controller.propose()
    assert space.parents <= {trial.genotype for trial in warm}
