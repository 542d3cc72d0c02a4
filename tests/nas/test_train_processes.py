import os
from pathlib import Path

import pytest

from nas.errors import UsageError
from nas.recipe_source import load_recipe
from nas.train_config import TrainConfig
from nas.train_processes import training_processes
from tests.nas.tiny_recipe import tiny_recipe


def config(folder: Path, **given: str) -> TrainConfig:
    overrides = {name.replace("__", "."): value for name, value in given.items()}
    return load_recipe(tiny_recipe(folder), None, None, overrides)


def test_without_torchrun_there_is_one_process(tmp_path: Path) -> None:
    with training_processes(config(tmp_path)) as found:
        assert found == (0, 1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"fidelity__batch_size": "7"}, "batch_size is 7, of all 3 processes .* multiple of 3"),
        (
            {"fidelity__batch_size": "6", "detector__normalization": "batch_norm"},
            "give sync_batch_norm or group_norm",
        ),
    ],
)
def test_what_processes_cannot_share_is_refused(
    given: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "WORLD_SIZE", "3")
    with (
        pytest.raises(UsageError, match=message),
        training_processes(config(tmp_path, **given)),
    ):
        pass


def test_a_process_without_a_gpu_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("WORLD_SIZE", "2"), ("LOCAL_RANK", "1"), ("CUDA_VISIBLE_DEVICES", "4")):
        monkeypatch.setitem(os.environ, name, value)
    with (
        pytest.raises(UsageError, match="process 1 of this machine has no GPU"),
        training_processes(config(tmp_path, device__name="cuda")),
    ):
        pass
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "4"
