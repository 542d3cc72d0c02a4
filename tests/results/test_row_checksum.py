"""A row that is not as it was written is never shown."""

import sqlite3
import struct
import zlib
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results import Failure, FailureKind, Outcome, ResultsError, StoreDamaged, TrialStore, WarmTrial
from results.row_checksum import checksum
from results.store_migration import CHECKSUMS
from tests.results.edited import edited
from tests.results.runs import FIDELITY, make_run, scored, trial

Shown = dict[str, object]


def shown(file: Path) -> Shown:
    """All that a store can be asked for; what is found by an index, a writer only is."""
    with TrialStore.open_read_only(file) as store:
        read = {
            "trials": store.trials(),
            "summaries": store.summaries(),
            "genotypes": store.genotypes(),
            "events": list(store.events()),
            "warm": store.warm_trials(),
            "meta": store.meta(),
            "finished": store.finished(),
        }
    with TrialStore.open(file) as store:
        return read | {
            "not finished": (store.failed(), store.running()),
            "best": store.best(),
            "found": [store.find(trial(number).key, FIDELITY) for number in range(6)],
            "losses": [store.losses(number) for number in range(6)],
        }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Shown]:
    """A place for damaged copies of a run of all that there is, its bytes, and what it shows."""
    told = [WarmTrial(run="a", number=n, genotype=(n,), reward=0.5, metrics={}) for n in (3, 4)]
    file = tmp_path_factory.mktemp("whole") / "run.sqlite"
    with TrialStore.create(file, {"config": "{}", "warm_start": "[]"}, told) as store:
        for number, reward in enumerate((0.5, 0.75, 0.25)):
            store.propose(trial(number))
            store.finish(number, scored(reward), reward)
        store.propose(replace(trial(3), continues=1))
        store.lose(3, Failure(FailureKind.NODE_LOST, "gone"))
        store.finish(3, Outcome.failed(FailureKind.CRASHED, "no"), None)
        store.reopen(3)
        store.duplicate(1)
        store.propose(trial(4))
        store.finish(4, Outcome.failed(FailureKind.DIVERGED, "nan"), None)
    return file, file.read_bytes(), shown(file)


COLUMNS = sorted((t, c) for t, columns in CHECKSUMS.items() for cs in columns.values() for c in cs)
CELLS = sorted({*COLUMNS, *((t, c) for t, columns in CHECKSUMS.items() for c in columns)})
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.binary(max_size=9),
    st.sampled_from(["running", "failed", "observe", "lost", "{}", "[]", trial(0).key, 0, 1, 2, 3]),
)


@settings(max_examples=200)
@given(st.sampled_from(CELLS), st.integers(0, 8), VALUES)
def test_a_changed_value_is_refused_or_changes_nothing(
    whole: tuple[Path, bytes, Shown], cell: tuple[str, str], row: int, value: object
) -> None:
    (file, content, truth), (table, column) = whole, cell
    _rewrite(file, content)
    key = {"meta": "name", "trials": "number"}.get(table, "seq")
    chosen = f"(SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row})"
    with closing(sqlite3.connect(file)) as connection, suppress(sqlite3.IntegrityError):
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = {chosen}", (value,))
        connection.commit()
    with suppress(ResultsError):
        assert shown(file) == truth


@settings(max_examples=200)
@given(st.data())
def test_a_flipped_bit_is_refused_or_changes_nothing(
    whole: tuple[Path, bytes, Shown], data: st.DataObject
) -> None:
    file, content, truth = whole
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    _rewrite(file, bytes(flipped))
    with suppress(ResultsError):
        assert shown(file) == truth


def _rewrite(file: Path, content: bytes) -> None:
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    file.write_bytes(content)


def test_a_flipped_bit_of_a_reward_names_the_trial_and_the_way_out(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.125, 1.125, 2.125])
    before, after = struct.pack(">d", 1.125), struct.pack(">d", 1.375)
    content = file.read_bytes()
    assert before in content
    file.write_bytes(content.replace(before, after))
    with (
        TrialStore.open_read_only(file) as store,  # SQLite's own check finds every page in order
        pytest.raises(StoreDamaged, match=r"run\.sqlite is damaged \(trial 1 .*: bring it back fr"),
    ):
        store.summaries()


def test_a_summary_does_not_depend_on_the_wide_columns(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.5])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE trials SET architecture = 'x'")
    with TrialStore.open(file) as store:
        assert [row.reward for row in store.summaries()] == [0.5]
        with pytest.raises(StoreDamaged, match="trial 0"):
            store.trial(0)
        with pytest.raises(StoreDamaged, match="trial 0"):
            store.finish(0, scored(0.7), 0.7)


def test_an_event_that_is_gone_is_named(tmp_path: Path) -> None:
    file = make_run(tmp_path, [0.5, 0.7])
    with edited(file) as connection:
        connection.execute("DELETE FROM events WHERE seq = 3")
    with TrialStore.open_read_only(file) as store, pytest.raises(StoreDamaged, match="event 3 is "):
        list(store.events())


@pytest.mark.parametrize(
    "edit",
    [
        "reward = x'00'",
        "started = 'x'",
        "started = 9e999",
        "key = x'00'",
        "fidelity = x'00'",
        "metrics = '[]'",
        "metrics = '{\"AP\": true}'",
        "metrics = '{\"AP\": 1e999}'",
        "seed = 0.5",
        "finished = 'x'",
    ],
)
def test_a_summary_of_a_wrong_type_is_refused_whatever_its_checksum(
    tmp_path: Path, edit: str
) -> None:
    file = make_run(tmp_path, [0.5])
    with edited(file) as connection:
        connection.execute(f"UPDATE trials SET {edit}")
    with TrialStore.open_read_only(file) as store, pytest.raises(StoreDamaged, match="trial 0: "):
        store.summaries()


def test_a_checksum_is_of_types_and_values() -> None:
    text = "größe\ud800".encode(errors="surrogatepass")
    spelled = [
        b"(" + struct.pack("<i", 6),  # a tuple of six
        b"i" + struct.pack("<i", 7),
        b"l" + struct.pack("<ihhh", 3, 1, 0, 1024),  # 2**40 + 1 in digits of 15 bits
        b"g" + struct.pack("<d", 0.5),
        b"u" + struct.pack("<i", len(text)) + text,
        b"s" + struct.pack("<i", 2) + b"\x00\xff",
        b"N",
    ]
    row = (7, 2**40 + 1, 0.5, "größe\ud800", b"\x00\xff", None)
    assert checksum(row) == zlib.crc32(b"".join(spelled))


def test_a_zero_without_its_sign_is_what_was_written(tmp_path: Path) -> None:
    make_run(tmp_path, [-0.0])
    with TrialStore.open_read_only(tmp_path) as store:
        assert [one.reward for one in store.trials()] == [0.0]
