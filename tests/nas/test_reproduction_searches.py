from pathlib import Path

import pytest
from rich.console import Console

import nas.pump_local
from nas.reproduction import Reproduction
from nas.reproduction_scale import load_scale
from nas.reproduction_searches import run_races, run_search
from results import FailureKind, Outcome, TrialStore
from results.networks import trained_networks
from tests.nas.reproductions import write_scale

QUIET = Console(quiet=True)


@pytest.fixture
def tiny(tmp_path: Path) -> Reproduction:
    scale = load_scale(str(write_scale(tmp_path / "tiny.toml")))
    return Reproduction(tmp_path / "run", scale, {})


def raced(found: Reproduction) -> list[int]:
    """Trainings in the race of each of the two searches."""
    counts = []
    for search in found.groups()[0]:
        race = search.directory / "rerank"
        counts.append(0)
        if race.exists():
            with TrialStore.open_read_only(race) as store:
                counts[-1] = store.candidates()
    return counts


def test_a_search_with_too_few_networks_races_nobody_and_says_so(
    tiny: Reproduction, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    search, random = tiny.groups()[0]
    run_search(search, QUIET)
    with monkeypatch.context() as patch:
        diverged = Outcome.failed(FailureKind.DIVERGED, "nan")
        patch.setattr(nas.pump_local, "evaluate_trial", lambda *_: diverged)
        run_search(random, QUIET)
    run_races([search, random], tiny.limit, Console())
    assert raced(tiny) == [0, 0]
    assert f"no race: {random.directory} has 0 networks" in capsys.readouterr().out


def test_the_race_within_a_cost_is_made_for_both_searches_or_for_neither(
    tiny: Reproduction,
) -> None:
    costs = []
    for search in tiny.groups()[0]:
        run_search(search, QUIET)
        costs.append(sorted(trained_networks(search.directory).best()["madds"].tolist()))
    for_one = min(found[2] for found in costs)
    assert for_one < max(found[2] for found in costs)
    run_races(tiny.groups()[0], for_one, QUIET)
    assert raced(tiny) == [3, 3]
    run_races(tiny.groups()[0], max(found[2] for found in costs), QUIET)
    assert raced(tiny) == [5, 5]
