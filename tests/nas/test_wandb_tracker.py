import json
from pathlib import Path

import pytest

from results import TrialStore
from tests.nas.watched_run import searching

pytest.importorskip("wandb", reason="W&B is not installed: pip install 'spinenas[wandb]'")
pytestmark = pytest.mark.filterwarnings("ignore")  # of W&B's imports


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session that is cut off waits for its trackers as long as one that ends."""
    monkeypatch.setattr("nas.tracking.HASTE", 60.0)


def test_an_offline_run_has_a_step_for_each_trial_and_none_twice(tmp_path: Path) -> None:
    from tests.nas.wandb_files import history

    directory = tmp_path / "run"
    with searching(directory, track__wandb="offline") as trials:
        next(trials)
        next(trials)
    with searching(directory) as trials:
        list(trials)
    with TrialStore.open_read_only(directory) as store:
        expected = [(place, t.key, t.reward) for place, t in enumerate(store.finished(), 1)]
    steps = [{name: json.loads(text) for name, text in one.items()} for one in history(directory)]
    assert [(one["_step"], one["key"], one["reward"]) for one in steps] == expected
    assert [one["best_reward"] for one in steps][-1] == max(reward for *_, reward in expected)
