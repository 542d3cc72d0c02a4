import json
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from nas.cli import main
from nas.doctor_against import compare
from nas.doctor_candidates import Candidate, candidates
from nas.doctor_sample import Sample
from nas.errors import UsageError
from nas.run_directory import DOCTOR
from results import NotARun, TrialStore
from results.estimate import Estimate

SMALL = ["--space", "tiny", "--pump", "local", "--architectures", "8", "--sound", "4"]


def doctor(directory: Path, noise: float, *more: str) -> None:
    task = ["--task.name", "analytic", "--task.options.noise", str(noise)]
    words = ["doctor", "smoke", *SMALL, *task, "--run-dir", str(directory), *more]
    assert main(words) == 0


def found(directory: Path) -> list[Candidate]:
    with TrialStore.open_read_only(directory) as store:
        sample = Sample.from_dict(json.loads(store.meta()[DOCTOR]))
        return candidates(sample, store.trials())


def test_agreement_is_spearmans_of_the_mean_rewards(tmp_path: Path) -> None:
    doctor(tmp_path / "a", 0.3)
    doctor(tmp_path / "b", 0.5)
    ours, theirs = found(tmp_path / "a"), found(tmp_path / "b")
    random = [i for i, one in enumerate(ours) if one.random]
    expected = spearmanr(
        [ours[i].mean("AP") for i in random], [theirs[i].mean("AP") for i in random]
    )
    against = compare(ours, tmp_path / "b")
    assert isinstance(against.random, Estimate)
    assert against.random.value == pytest.approx(expected.statistic)


def test_a_run_agrees_with_itself_entirely(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(tmp_path / "a", 0.3)
    doctor(tmp_path / "a", 0.3, "--against", str(tmp_path / "a"))
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("  a "))
    assert line.split()[1] == "1.00"


def test_runs_of_other_architectures_are_not_compared(tmp_path: Path) -> None:
    doctor(tmp_path / "a", 0.3)
    doctor(tmp_path / "b", 0.3)
    with pytest.raises(UsageError, match="no architecture in common"):
        compare([], tmp_path / "b")


def test_another_sample_is_refused_before_anything_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(tmp_path / "a", 0.3)
    task = ["--task.name", "analytic", "--seed", "9", "--space", "spinenet-49"]
    words = ["doctor", "smoke", *SMALL, *task, "--run-dir", str(tmp_path / "b")]
    assert main([*words, "--against", str(tmp_path / "a")]) == 2
    assert "no architecture in common" in capsys.readouterr().err
    with TrialStore.open_read_only(tmp_path / "b") as store:
        assert store.count() == 0


def test_a_run_that_is_no_doctors_is_refused(tmp_path: Path) -> None:
    TrialStore.create(tmp_path / "b", {}).close()
    with pytest.raises(NotARun, match="no run of `nas doctor`"):
        compare([], tmp_path / "b")
