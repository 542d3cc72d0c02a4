from pathlib import Path

import pytest

from nas.baselines import train_baselines
from nas.cli import main
from nas.config_source import load_config
from nas.errors import UsageError
from nas.run_directory import create_run
from proxy_tasks.errors import DataError, Diverged
from proxy_tasks.landscape import Landscape
from results import NotARun, StoreBusy, TrialStore, baselines
from results.baseline_training import BASELINES_FILE
from results.writer_lock import WriterLock
from search_space import R0_SP53, SPINENET_49, Architecture


@pytest.fixture
def run(tmp_path: Path) -> Path:
    config = load_config("smoke", {"task.name": "landscape", "search.pump": "local"})
    create_run(tmp_path / "run", config).close()
    return tmp_path / "run"


def test_networks_get_their_first_seed_then_the_next_with_the_tasks_own_rewards(run: Path) -> None:
    found = list(train_baselines(run, seeds=2))
    assert [(one.name, one.seed) for one in found] == [
        ("spinenet-49", 0),
        ("r0-sp53", 0),
        ("spinenet-49", 1),
        ("r0-sp53", 1),
    ]
    task = Landscape(**load_config("smoke", {"task.name": "landscape"}).task.options)
    for one, network in zip(found, [SPINENET_49, R0_SP53] * 2, strict=True):
        assert one.reward == task.evaluate(network, one.seed)["AP"]


def test_what_was_trained_is_not_trained_again(run: Path) -> None:
    stopped = train_baselines(run, seeds=2)
    first = next(stopped)
    stopped.close()
    rest = list(train_baselines(run, seeds=2))
    assert len(rest) == 3 and first.identity not in {one.identity for one in rest}
    assert list(train_baselines(run, seeds=2)) == []


def test_the_run_stays_as_it_is(run: Path) -> None:
    list(train_baselines(run, ["spinenet-49"], 1))
    with TrialStore.open_read_only(run) as store:
        assert store.count() == 0


def test_one_network_under_two_names_is_trained_once(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "same.json"
    assert main(["show", "spinenet-49", "--format", "json", "--output", str(file)]) == 0
    found = list(train_baselines(run, ["spinenet-49", str(file), "r0-sp53"], 1))
    assert [one.name for one in found] == ["spinenet-49", "r0-sp53"]


def test_without_a_run_no_name_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["baselines"]) == 2
    assert "required: RUN_DIR: see" in capsys.readouterr().err


def fail(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(self: Landscape, architecture: Architecture, seed: int) -> dict[str, float]:
        raise error

    monkeypatch.setattr(Landscape, "evaluate", evaluate)


def test_a_failed_training_is_kept_and_bad_data_are_not(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(DataError("a picture is gone"), monkeypatch)
    with pytest.raises(DataError, match="the same command goes on"):
        list(train_baselines(run, ["spinenet-49"], 1))
    assert len(baselines(run)) == 0
    fail(Diverged("the loss is nan"), monkeypatch)
    (one,) = train_baselines(run, ["spinenet-49"], 1)
    assert one.reward is None and one.failure is not None and one.failure.kind == "diverged"


def test_mistakes_are_refused_before_anything_is_trained(run: Path, tmp_path: Path) -> None:
    for names, seeds, said in (
        ((), 0, "give 1 to 1000"),
        (("resnet-50-fpn",), 1, "takes scale-permuted networks"),
        (("spinenet-94",), 1, "no architecture"),
        (("",), 1, "names no network"),
    ):
        with pytest.raises(UsageError, match=said):
            list(train_baselines(run, names, seeds))
    with pytest.raises(NotARun):
        list(train_baselines(tmp_path / "nowhere"))
    assert not (run / BASELINES_FILE).exists()


def test_two_at_once_are_refused(run: Path) -> None:
    lock = WriterLock(run / BASELINES_FILE)
    with pytest.raises(StoreBusy):
        list(train_baselines(run))
    lock.release()


def test_the_command_prints_each_training_and_where_they_stand(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["baselines", str(run), "r0-sp53", "--seeds", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in lines[:2]] == ["seed 0", "seed 1"]
    assert lines[2].startswith("r0-sp53: 0.") and lines[2].endswith("0 of 0 candidates are above")
