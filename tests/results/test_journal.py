from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from results import FailureKind, Outcome, TrialStore, best_so_far, leaderboard, lineage
from results.journal import CODES, KINDS, Journal, journal
from results.trial_table import whole_table
from tests.results.runs import make_run, scored, trial


def one_by_one(events: list[tuple[str, int]]) -> list[int]:
    """The trials that have a result, where the last one came."""
    last: dict[int, int] = {}
    for place, (kind, number) in enumerate(events):
        if kind in ("observe", "import"):
            last[number] = place
        elif kind == "retry":
            last.pop(number, None)
    return sorted(last, key=lambda number: last[number])


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 5)), max_size=40))
def test_results_are_in_the_order_of_their_last_events(events: list[tuple[str, int]]) -> None:
    codes = np.array([CODES[kind] for kind, _ in events], np.int8)
    numbers = np.array([number for _, number in events], np.int64)
    found = Journal(codes, numbers, np.zeros(0, np.int64), [])
    assert found.results().tolist() == one_by_one(events)


def test_columns_are_the_events(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(3):
            store.propose(trial(number), [number - 1] if number else [])
        store.finish(1, scored(0.5), 0.5)
        store.finish(0, Outcome.failed(FailureKind.DIVERGED, "nan"), None)
        store.reopen(0)
        found = journal(store)
        assert [KINDS[code] for code in found.codes] == [one.kind for one in store.events()]
        assert found.numbers.tolist() == [one.number for one in store.events()]
    assert found.made.tolist() == [1, 2]
    assert list(found.details) == ["[0]", "[1]"]


def test_who_looks_at_one_snapshot_reads_the_trials_once(tmp_path: Path) -> None:
    make_run(tmp_path, [0.5, 0.25])
    with TrialStore.open_read_only(tmp_path) as store:
        with store.snapshot():
            first = whole_table(store)
            leaderboard(store), best_so_far(store), lineage(store)
            assert whole_table(store) is first
        assert whole_table(store) is not first


def test_a_new_snapshot_sees_what_was_written_since(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as writer, TrialStore.open_read_only(tmp_path) as store:
        for number in range(3):
            writer.propose(trial(number))
            with store.snapshot():
                assert len(leaderboard(store)) == number + 1
                assert len(journal(store).numbers) == number + 1


def test_what_one_reader_makes_of_a_shared_table_no_other_sees(tmp_path: Path) -> None:
    make_run(tmp_path, [0.5, 0.25])
    with TrialStore.open_read_only(tmp_path) as store, store.snapshot():
        frame, edges = leaderboard(store), lineage(store)
        frame["reward"] = 0.0
        edges["child"] = 7
        assert leaderboard(store)["reward"].tolist() == [0.5, 0.25]
        assert lineage(store)["child"].tolist() == []
