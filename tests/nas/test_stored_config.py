import json
from pathlib import Path
from typing import Any

import pytest

from nas.config_source import load_config
from nas.errors import UsageError
from nas.stored_config import stored_config
from results import NotARun, StoreDamaged, TrialStore


def stored(directory: Path, config: str) -> TrialStore:
    return TrialStore.create(directory, {"config": config})


def old_document(*, flip: bool) -> dict[str, Any]:
    """What a run of before there was [augmentation] kept of the preset smoke."""
    document = load_config("smoke", {}).as_dict()
    del document["augmentation"]
    document["training"]["flip"] = flip
    return document


@pytest.mark.parametrize("flip", [False, True])
def test_the_flip_of_a_run_of_before_augmentation_is_still_read(tmp_path: Path, flip: bool) -> None:
    with stored(tmp_path, json.dumps(old_document(flip=flip))) as store:
        config = stored_config(store, tmp_path)
    assert config == load_config("smoke", {"augmentation.flip": str(flip).lower()})


def test_a_run_of_today_is_read_as_it_was_written(tmp_path: Path) -> None:
    config = load_config("smoke", {"augmentation.brightness": "0.3", "augmentation.maxup": "4"})
    with stored(tmp_path, json.dumps(config.as_dict())) as store:
        assert stored_config(store, tmp_path) == config


@pytest.mark.parametrize("text", ["[1]", '"smoke"', '{"training": 3}'])
def test_a_stored_config_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with stored(tmp_path, text) as store, pytest.raises((UsageError, NotARun)):
        stored_config(store, tmp_path)


@pytest.mark.parametrize("text", ['{"training": {"fl\0\0\0', "[" * 100_000], ids=["cut", "deep"])
def test_a_stored_config_that_is_no_json_is_damage(tmp_path: Path, text: str) -> None:
    named = r"run\.sqlite is damaged \(its config is no JSON\)"
    with (
        stored(tmp_path, text) as store,
        pytest.raises(StoreDamaged, match=named),
    ):
        stored_config(store, tmp_path)


def test_a_file_that_still_has_the_old_name_is_told_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[training]\nflip = false\n", "utf-8")
    with pytest.raises(UsageError, match=r"'training\.flip': did you mean 'augmentation\.flip'\?"):
        load_config(str(file), {})
