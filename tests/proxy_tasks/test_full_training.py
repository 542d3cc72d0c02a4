"""A training that goes on from its folder ends as if nothing had stopped it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.errors import DataError
from proxy_tasks.full_training import CHECKPOINT, METRICS, Cadence, FullTraining, read_metrics
from proxy_tasks.recipe import DetectorRecipe
from search_space import SPINENET_49
from tests.proxy_tasks.tiny_task import TINY, make_tiny_task

SEED = 3
STEPS = 7
CADENCE = Cadence(STEPS, log_every=2, checkpoint_every=3, evaluations=2)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    """With everything that has a state: running statistics, chance, momentum, MaxUp."""
    return make_tiny_task(
        tmp_path_factory.mktemp("cache"),
        fidelity=replace(TINY, steps=STEPS),
        detector=DetectorRecipe("sync_batch_norm", stochastic_depth=0.3),
        augmentation=AugmentationRecipe(scale_jitter=(0.8, 1.2), brightness=0.3, maxup=2),
    )


def full(task: Any, directory: Path, cadence: Cadence = CADENCE) -> FullTraining:
    return FullTraining(task, SPINENET_49, SEED, cadence, "tiny", directory)


def nothing(entry: object) -> None:
    pass


def stop_at(step: int) -> Any:
    def stop(entry: dict[str, Any]) -> None:
        if entry["step"] == step:
            raise KeyboardInterrupt

    return stop


@pytest.fixture(scope="module")
def whole(task: DetectionTask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    directory = tmp_path_factory.mktemp("whole")
    network, entry = full(task, directory).run(nothing)
    return {"state": network.state_dict(), "entry": entry, "metrics": read_metrics(directory)}


def without_times(entries: list[Any]) -> list[Any]:
    return [{n: v for n, v in entry.items() if n != "seconds"} for entry in entries]


@pytest.mark.parametrize("step", [2, 4, 6])
def test_a_training_that_is_stopped_goes_on_to_the_same_bits(
    step: int, task: DetectionTask, whole: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        full(task, tmp_path).run(stop_at(step))
    network, _ = full(task, tmp_path).run(nothing)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, whole["state"][name]), name
    assert without_times(read_metrics(tmp_path)) == without_times(whole["metrics"])


def asking(call: int) -> Any:
    """A `hold` that asks for an end when it is looked at so many times."""
    looks = 0

    def asked() -> bool:
        nonlocal looks
        looks += 1
        return looks >= call

    @contextmanager
    def hold() -> Iterator[Callable[[], bool]]:
        yield asked
        if looks >= call:
            raise KeyboardInterrupt

    return hold


@pytest.mark.parametrize(("call", "step"), [(1, 1), (6, 5)])
def test_a_training_that_is_asked_to_end_writes_a_checkpoint_of_the_step_at_hand(
    call: int, step: int, task: DetectionTask, whole: dict[str, Any], tmp_path: Path
) -> None:
    assert not CADENCE.saves(step)
    saved: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        full(task, tmp_path).run(nothing, saved.append, asking(call))
    state = full(task, tmp_path).checkpoint()
    assert state is not None and state.step == saved[-1] == step
    network, _ = full(task, tmp_path).run(nothing)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, whole["state"][name]), name
    assert without_times(read_metrics(tmp_path)) == without_times(whole["metrics"])


def test_a_training_that_is_stopped_while_it_is_scored_is_scored_when_it_goes_on(
    task: DetectionTask, whole: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(DetectionTask, "scores", interrupted)
        full(task, tmp_path).run(nothing, saved.append)
    assert saved == [3, 4]  # scored at 4
    network, _ = full(task, tmp_path).run(nothing)
    assert all(torch.equal(t, whole["state"][n]) for n, t in network.state_dict().items())
    assert without_times(read_metrics(tmp_path)) == without_times(whole["metrics"])


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_the_cadence_leaves_no_mark_on_the_weights(
    task: DetectionTask, whole: dict[str, Any], tmp_path: Path
) -> None:
    network, _ = full(task, tmp_path, Cadence(STEPS, 7, 1, 1)).run(nothing)
    assert all(torch.equal(t, whole["state"][n]) for n, t in network.state_dict().items())


def test_a_finished_training_is_not_scored_again(
    task: DetectionTask, whole: dict[str, Any], tmp_path: Path
) -> None:
    full(task, tmp_path).run(nothing)
    lines = (tmp_path / METRICS).read_text()
    network, entry = full(task, tmp_path).run(stop_at(STEPS))
    assert without_times([entry]) == without_times([whole["entry"]])
    assert (tmp_path / METRICS).read_text() == lines
    assert all(torch.equal(t, whole["state"][n]) for n, t in network.state_dict().items())


@pytest.mark.parametrize("lines", [0, 2])
def test_a_finished_training_whose_metrics_are_lost_is_scored_again(
    lines: int, task: DetectionTask, whole: dict[str, Any], tmp_path: Path
) -> None:
    full(task, tmp_path).run(nothing)
    kept = (tmp_path / METRICS).read_text().splitlines(keepends=True)[:lines]
    (tmp_path / METRICS).unlink()
    if kept:
        (tmp_path / METRICS).write_text("".join(kept))
    _, entry = full(task, tmp_path).run(nothing)
    assert without_times([entry]) == without_times([whole["entry"]])
    assert without_times(read_metrics(tmp_path)[-1:]) == without_times([entry])
    assert len(read_metrics(tmp_path)) == lines + 1


def test_scores_say_which_split_they_are_of(
    task: DetectionTask, whole: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        full(task, tmp_path).run(stop_at(6))  # scored at 4 and 7
    other = replace(task, data=replace(task.data, reward=task.data.train))
    full(other, tmp_path).run(nothing)
    named = [entry["scored_on"] for entry in read_metrics(tmp_path) if "AP" in entry]
    first, last = [entry["scored_on"] for entry in whole["metrics"] if "AP" in entry]
    assert first == last == named[0] != named[1]


def test_the_last_entry_has_cocos_twelve(whole: dict[str, Any]) -> None:
    assert {"AP", "AP50", "AP75", "APs", "APm", "APl"} <= set(whole["entry"])
    assert {"AR1", "AR10", "AR", "ARs", "ARm", "ARl"} <= set(whole["entry"])


def test_a_line_that_a_kill_has_cut_is_left_out(tmp_path: Path) -> None:
    (tmp_path / METRICS).write_text('{"step": 1, "AP": 0.5}\n{"step": 2, "A')
    assert read_metrics(tmp_path) == [{"step": 1, "AP": 0.5}]


def test_half_a_checkpoint_of_a_kill_is_cleared_away(task: DetectionTask, tmp_path: Path) -> None:
    draft = tmp_path / f"{CHECKPOINT}.{'0a' * 16}.draft"
    draft.write_bytes(b"half")
    full(task, tmp_path).run(nothing)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CHECKPOINT, METRICS]


def test_a_damaged_checkpoint_is_named_and_kept(task: DetectionTask, tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(b"\0" * 100)
    with pytest.raises(DataError, match=r"checkpoint\.pt is damaged, or of another"):
        full(task, tmp_path).run(nothing)
    assert (tmp_path / CHECKPOINT).exists()


@given(*[st.integers(1, 40)] * 4)
def test_a_cadence_stops_where_a_look_at_every_step_would(
    steps: int, log: int, save: int, evaluations: int
) -> None:
    cadence = Cadence(steps, log, save, evaluations)
    scored = {-(-k * steps // evaluations) for k in range(1, evaluations + 1)}
    wanted = [
        s for s in range(1, steps + 1) if s % log == 0 or s % save == 0 or s in scored or s == steps
    ]
    met, step = [], 0
    while step < steps:
        step = cadence.next_stop(step)
        met.append(step)
    assert met == wanted
    assert {s for s in met if cadence.evaluates(s)} == scored
    assert cadence.saves(steps) and cadence.logs(steps)
