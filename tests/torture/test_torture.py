"""The short form of `make torture`, and whether it would notice."""

import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from results import FailureKind, TrialStore
from tests.results.edited import edited
from tests.results.runs import make_run, scored, trial
from tests.torture.file_faults import commit_ends, damage_copies, recording
from tests.torture.ray_faults import LIVES, torture_on_ray
from tests.torture.search_torture import record_of
from tests.torture.searches import PLAIN, Search
from tests.torture.tally import LOST, OTHER, REPLAY, TWICE, Tally
from tests.torture.witness import Witness

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"faults injected (\d+), results lost 0, trained twice 0, replay differences 0")


def suite(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: it forks, which a test runner's threads do not survive."""
    command = [sys.executable, "-m", "tests.torture", "--folder", str(folder), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_searches_in_one_process_survive_whatever_happens(tmp_path: Path) -> None:
    """The first search is a policy's."""
    done = suite(tmp_path, "--faults", "30", "--seed", "1", "--ray", "0", "--copies", "30")
    assert done.returncode == 0, done.stdout + done.stderr
    match = LINE.fullmatch(done.stdout.splitlines()[-1])
    assert match is not None
    assert int(match[1]) >= 30


@pytest.mark.ray
def test_a_search_on_ray_survives_its_driver_and_a_worker(tmp_path: Path) -> None:
    tally = Tally()
    torture_on_ray(tmp_path, random.Random(0), tally, LIVES[:1], budget=12)
    assert tally.details == []
    assert tally.injected >= 1


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of a search that has ended, and what it printed."""
    folder = tmp_path_factory.mktemp("finished")
    search = Search("evolution", PLAIN, folder / "run", folder / "audit", 12, 0)
    search.audit.mkdir()
    command = [sys.executable, "-m", "nas.cli", *search.words()]
    environment = {**os.environ, **search.environment}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )
    return folder, done.stdout.splitlines()


@pytest.fixture
def searched(finished: tuple[Path, list[str]], tmp_path: Path) -> tuple[Search, Witness, Tally]:
    """A copy of it, which a witness found in order."""
    folder, lines = finished
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    search, tally = Search("evolution", PLAIN, tmp_path / "run", tmp_path / "audit", 12, 0), Tally()
    witness = Witness(search, tally)
    witness.check("none", lines)
    assert not tally.details
    assert len(witness.acknowledged) == 12
    return search, witness, tally


@pytest.mark.parametrize(
    ("damage", "wrong"),
    [
        pytest.param("UPDATE trials SET reward = 0.5 WHERE number = 3", LOST, id="changed"),
        pytest.param(
            "DELETE FROM events WHERE number = 11; DELETE FROM trials WHERE number = 11;",
            LOST,
            id="gone",
        ),
        pytest.param(
            "INSERT INTO events (kind, number, crc) VALUES ('observe', 3, 0)",
            TWICE,
            id="counted twice",
        ),
        pytest.param(
            "UPDATE events SET number = 21 - number WHERE number IN (10, 11)", REPLAY, id="swapped"
        ),
    ],
)
def test_a_store_that_forgets_is_noticed(
    searched: tuple[Search, Witness, Tally], damage: str, wrong: str
) -> None:
    search, witness, tally = searched
    with edited(search.directory / "run.sqlite") as connection:
        connection.executescript(damage)
    witness.check("damage", [])
    assert tally.wrongs["damage", wrong]


def test_a_failure_that_is_tried_again_unasked_is_noticed(
    searched: tuple[Search, Witness, Tally],
) -> None:
    search, witness, tally = searched
    failed = [number for number, trial in witness.acknowledged.items() if trial.failure]
    with TrialStore.open(search.directory) as store:
        store.reopen(failed[0])
    witness.check("again", [])
    assert tally.wrongs["again", TWICE]


def test_a_failure_that_is_tried_again_as_asked_is_in_order(
    searched: tuple[Search, Witness, Tally],
) -> None:
    search, witness, tally = searched
    with TrialStore.open(search.directory) as store:
        for trial in store.failed():
            store.reopen(trial.number)
    witness.release()
    witness.check("again", [], retried=frozenset(FailureKind))
    assert tally.details == []


def test_a_candidate_that_fails_as_it_should_not_is_noticed(
    searched: tuple[Search, Witness, Tally],
) -> None:
    search, witness, tally = searched
    with TrialStore.open(search.directory) as store:
        number = store.failed()[0].number
        store.reopen(number)
        store.finish(number, scored(0.5), 0.5)
    witness.check("other", [], retried=frozenset(FailureKind))
    assert tally.wrongs["other", OTHER]


def test_a_merge_without_a_result_is_noticed(searched: tuple[Search, Witness, Tally]) -> None:
    search, witness, tally = searched
    record = record_of(search)
    witness.check_copies("whole", record, [record, record])
    assert tally.details == []
    witness.check_copies("less", replace(record, trials=record.trials[1:]), [record])
    assert tally.wrongs["less", LOST] == 1


def test_a_finished_trial_that_begins_again_is_noticed(
    searched: tuple[Search, Witness, Tally],
) -> None:
    search, witness, tally = searched
    (audit,) = search.audit.glob("*.audit")
    with audit.open("a") as file:
        file.write(audit.read_text().splitlines()[0] + "\n")
    witness.check("again", [])
    assert tally.wrongs["again", TWICE]


def test_a_line_that_was_printed_and_is_not_in_the_store_is_noticed(
    searched: tuple[Search, Witness, Tally],
) -> None:
    _, witness, tally = searched
    witness.check("printed", ["  13/12  trial 12 0123abcd reward 0.5000  best 0.6 (trial 2)"])
    assert tally.wrongs["printed", LOST] == 1


def test_the_log_has_as_many_commits_as_the_store_made(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(5):
            store.propose(trial(number))
            store.finish(number, scored(0.5), 0.5)
        log = recording(tmp_path).log
    ends = commit_ends(log)
    assert len(ends) == 10
    assert ends[-1] == len(log)


def test_cut_copies_of_a_whole_run_are_named(tmp_path: Path) -> None:
    make_run(tmp_path, [0.1, 0.2, 0.3])
    tally = Tally()
    damage_copies(recording(tmp_path), tmp_path, random.Random(0), tally, 15)
    assert (tally.injected, tally.details) == (15, [])
