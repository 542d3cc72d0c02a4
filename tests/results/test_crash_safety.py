"""A driver that is killed, a log that is cut, a disk that is full."""

import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from results import StoreFull, TrialStatus, TrialStore
from results.sqlite_faults import reported
from tests.results.runs import make_run, scored, trial

ROOT = Path(__file__).parents[2]

# Three candidates in flight, results out of order, each acknowledged only after its commit.
WRITER = """
import sys
from pathlib import Path
from results import TrialStore
from tests.results.runs import scored, trial

store = TrialStore.open(Path(sys.argv[1]))
number = store.count()
while True:
    for ahead in range(3):
        store.propose(trial(number + ahead))
        print("proposed", number + ahead, flush=True)
    for ahead in (2, 0, 1):
        store.finish(number + ahead, scored(0.5), (number + ahead) / 1000)
        print("finished", number + ahead, flush=True)
    number += 3
"""


def kill_in_mid_stream(run: Path, after: int) -> list[tuple[str, int]]:
    """SIGKILL to a writer after `after` acknowledgements; all that it gave until it died."""
    command = [sys.executable, "-c", WRITER, str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    return [(what, int(number)) for what, number in acknowledged]


def check_consistency(store: TrialStore) -> None:
    """Each trial was proposed once, and observed once exactly if it has a result."""
    events = list(store.events())
    proposed = [event.number for event in events if event.kind == "propose"]
    observed = [event.number for event in events if event.kind == "observe"]
    trials = store.trials()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert sorted(proposed) == [each.number for each in trials]
    finished = {each.number for each in trials if each.status is not TrialStatus.RUNNING}
    assert len(observed) == len(finished) == len(set(observed) & finished)


def test_a_kill_in_mid_stream_loses_no_acknowledged_event(tmp_path: Path) -> None:
    TrialStore.create(tmp_path, {}).close()
    seen: list[tuple[str, int]] = []
    for after in (5, 111, 38):  # the second and third life go on with the file of the dead
        seen += kill_in_mid_stream(tmp_path, after)
        with TrialStore.open(tmp_path) as store:
            check_consistency(store)
            for what, number in seen:
                reward = store.trial(number).reward
                assert reward == number / 1000 if what == "finished" else number < store.count()
    assert len(seen) >= 154


def test_a_killed_writer_leaves_no_lock_and_its_results_to_a_reader(tmp_path: Path) -> None:
    TrialStore.create(tmp_path, {}).close()
    finished = {n for what, n in kill_in_mid_stream(tmp_path, 20) if what == "finished"}
    with TrialStore.open_read_only(tmp_path) as reader, TrialStore.open(tmp_path):
        assert finished <= {each.number for each in reader.trials() if each.reward is not None}


def test_a_log_cut_anywhere_leaves_a_beginning_of_the_journal(tmp_path: Path) -> None:
    """What a power cut leaves: every prefix of the log is a run as it once was."""
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(12):
            store.propose(trial(number))
            store.finish(number, scored(0.5), 0.5)
        events = list(store.events())
        file, log = store.path.read_bytes(), (tmp_path / "run.sqlite-wal").read_bytes()
    lengths = []
    for cut in range(0, len(log), len(log) // 25):
        copy = tmp_path / f"cut at {cut}"
        copy.mkdir()
        (copy / "run.sqlite").write_bytes(file)
        (copy / "run.sqlite-wal").write_bytes(log[:cut])
        with TrialStore.open(copy) as cut_store:
            check_consistency(cut_store)
            lengths.append(len(list(cut_store.events())))
            assert list(cut_store.events()) == events[: lengths[-1]]
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1] > 20) == (0, True)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """As a full disk: a write past `size` bytes of any file fails (EFBIG)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_everything_before_it_and_lets_the_run_go_on(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        with (
            files_no_larger_than(200_000),
            pytest.raises(StoreFull, match=r"run\.sqlite could not be written.* resume the run$"),
        ):
            for number in range(1000):
                store.propose(trial(number))
        with TrialStore.open_read_only(tmp_path) as reader:
            assert reader.trials() == [trial(each) for each in range(number)]
        store.propose(trial(number))  # there is space again
        check_consistency(store)
    with TrialStore.open(tmp_path) as store:
        assert store.count() == number + 1 > 5


def test_a_run_is_made_whole_or_not_at_all_on_a_full_disk(tmp_path: Path) -> None:
    with files_no_larger_than(6000), pytest.raises(StoreFull, match="free some space"):
        TrialStore.create(tmp_path, {})
    assert not (tmp_path / "run.sqlite").exists()
    make_run(tmp_path, [0.1])


def test_a_limit_of_pages_is_a_full_disk(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.1])
    with (
        closing(sqlite3.connect(file)) as connection,
        pytest.raises(StoreFull, match="database or disk is full"),
        reported(file),
    ):
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE more AS SELECT randomblob(1000000)")
