import math
from dataclasses import replace
from pathlib import Path

import pytest
import scipy.stats

from results import (
    Failure,
    FailureKind,
    InvalidTrial,
    StoreDamaged,
    StoreInaccessible,
    TrialStore,
    baseline_standings,
    baselines,
)
from results.baseline_training import (
    BASELINES_FILE,
    BaselineTraining,
    append_baseline,
    read_baselines,
)
from results.noise import Noise
from tests.results.runs import FIDELITY, make_run, scored, trial


def training(name: str, seed: int, reward: float | None) -> BaselineTraining:
    failure = Failure(FailureKind.DIVERGED, "nan") if reward is None else None
    return BaselineTraining(
        name=name,
        key=f"key of {name}",
        fidelity=FIDELITY,
        seed=seed,
        reward=reward,
        metrics={"params": 7, "madds": 9} | ({} if reward is None else {"AP": reward}),
        failure=failure,
    )


@pytest.fixture
def run(tmp_path: Path) -> Path:
    make_run(tmp_path, [0.1, 0.2, 0.3, 0.4])
    for one in (
        training("a", 0, 0.2),
        training("b", 0, 0.5),
        training("a", 1, 0.3),
        training("c", 0, None),
    ):
        append_baseline(tmp_path, one)
    return tmp_path


def test_what_was_appended_comes_back(run: Path) -> None:
    assert read_baselines(run)[2:] == [training("a", 1, 0.3), training("c", 0, None)]
    frame = baselines(run)
    assert frame["name"].tolist() == ["a", "b", "a", "c"] and frame["steps"].tolist() == [200] * 4
    assert frame["AP"].fillna(-1).tolist() == [0.2, 0.5, 0.3, -1]


def test_standings_have_means_with_errors_and_who_is_above(run: Path) -> None:
    rows = baseline_standings(run).to_dict("records")
    assert [(row["name"], row["seeds"], row["above"], row["candidates"]) for row in rows] == [
        ("b", 1, 0, 4),
        ("a", 2, 2, 4),
    ]
    sd = 0.1 / 2**0.5  # of two values that are 0.1 apart
    assert [row["error"] for row in rows] == pytest.approx([sd, sd / 2**0.5])


def test_a_mean_has_the_interval_of_all_repeats_and_of_a_given_noise(run: Path) -> None:
    with TrialStore.open(run) as store:
        store.propose(replace(trial(0), number=4, seed=4))
        store.finish(4, scored(0.5), 0.5)  # had 0.1
    rows = baseline_standings(run, Noise(0.2, 3.0)).to_dict("records")
    sd = math.sqrt((3 * 0.2**2 + 0.4**2 / 2 + 0.1**2 / 2) / 5)
    reach = float(scipy.stats.t.ppf(0.975, 5)) * sd
    assert [row["half_width"] for row in rows] == pytest.approx([reach, reach / math.sqrt(2)])


def test_one_seed_has_an_interval_where_the_noise_is_known(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1])
    append_baseline(tmp_path, training("a", 0, 0.2))
    assert baseline_standings(tmp_path)["half_width"].isna().all()
    found = baseline_standings(tmp_path, Noise(0.1, math.inf))["half_width"]
    assert found.tolist() == pytest.approx([scipy.stats.norm.ppf(0.975) * 0.1])


def test_a_line_that_a_kill_cut_was_not_trained_and_is_overwritten(run: Path) -> None:
    file = run / BASELINES_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[:-5])
    assert len(read_baselines(run)) == 3
    append_baseline(run, training("c", 0, None))
    assert file.read_bytes() == whole


@pytest.mark.parametrize("line", ["{}", "[]", "nonsense", '{"failure": 3}', '{"failure": null}'])
def test_a_line_that_was_edited_is_named(run: Path, line: str) -> None:
    file = run / BASELINES_FILE
    file.write_text(line + "\n" + file.read_text())
    with pytest.raises(StoreDamaged, match="line 1: "):
        baselines(run)


def test_a_link_is_not_written_through(run: Path) -> None:
    file = run / BASELINES_FILE
    other = file.rename(run / "elsewhere")
    file.symlink_to(other)
    with pytest.raises(StoreInaccessible, match="is a link"):
        append_baseline(run, training("d", 0, 0.1))


def test_a_run_without_any_has_no_rows(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1])
    assert len(baselines(tmp_path)) == len(baseline_standings(tmp_path)) == 0


def test_a_failed_training_has_no_reward() -> None:
    with pytest.raises(InvalidTrial, match="only a training"):
        BaselineTraining(
            name="a",
            key="k",
            fidelity=FIDELITY,
            seed=0,
            reward=0.5,
            metrics={},
            failure=Failure(FailureKind.CRASHED, "it"),
        )
