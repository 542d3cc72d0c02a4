from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy_tasks.errors import DataError, InvalidRecipe
from proxy_tasks.spinebench_file import (
    COSTS,
    SCORES,
    SpineBench,
    as_table,
    read_spinebench,
    write_spinebench,
)
from tests.proxy_tasks.synthetic_bench import ABOUT, DEFAULT, QUICK, members, row

FLOATS = st.none() | st.floats(0, 1)
ROWS = st.fixed_dictionaries(
    {
        "key": st.text("0123456789abcdef", min_size=32, max_size=32),
        "blocks": st.text(max_size=20),
        "genotype": st.none() | st.lists(st.integers(0, 100), max_size=5),
        "seed": st.integers(0, 2**63 - 1),
        "fidelity": st.sampled_from(["quick", "default"]),
        "failure": st.none() | st.just("diverged"),
        "AP_at_50": FLOATS,
        **dict.fromkeys(SCORES, FLOATS),
        **dict.fromkeys(COSTS, st.none() | st.integers(0, 10**12)),
        "source": st.sampled_from(["random", "predictor"]),
        "trial": st.integers(0, 10_000),
    }
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, min_size=1, max_size=6))
def test_what_is_written_is_read_to_the_last_bit(rows: list[dict], tmp_path: Path) -> None:
    write_spinebench(rows, ABOUT, tmp_path / "file.parquet")
    found = read_spinebench(tmp_path / "file.parquet")
    for number, written in enumerate(rows):
        assert {name: found.columns[name][number] for name in written} == written
    assert found.about["fidelities"] == ABOUT["fidelities"]


def test_pandas_reads_it(tmp_path: Path) -> None:
    write_spinebench([row(members(1, 0)[0], 3)], ABOUT, tmp_path / "file.parquet")
    frame = pd.read_parquet(tmp_path / "file.parquet")
    assert frame.loc[0, ["seed", "fidelity", "AP50"]].tolist() == [3, "quick", 0.5]


def test_a_file_that_is_no_parquet_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file.parquet").write_text("AP,AP50\n")
    with pytest.raises(DataError, match=r"file\.parquet cannot be read as Parquet: .*") as caught:
        read_spinebench(tmp_path / "file.parquet")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.parquet cannot be read"):
        read_spinebench(tmp_path / "nothing.parquet")


def test_another_parquet_file_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"AP": [0.5]}).to_parquet(tmp_path / "file.parquet")
    with pytest.raises(DataError, match="is no spinebench file of format 1"):
        read_spinebench(tmp_path / "file.parquet")


def damaged(column: str, value: object) -> pa.Table:
    """A file of one training, with another value in a column; without it for `...`."""
    table = as_table([row(members(1, 0)[0], 3)], ABOUT)
    if column in table.column_names:
        place = table.column_names.index(column)
        table = table.remove_column(place)
    return table if value is ... else table.append_column(column, pa.array([value]))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("AP50", ..., "there is no column AP50"),
        ("madds", ..., "there is no column madds"),
        ("AR_at_50", ..., "there is no column AR_at_50"),
        ("AP_at_x", 0.1, "the column AP_at_x is of no step"),
        ("blocks", None, "blocks is None"),
        ("key", None, "key is None"),
        ("seed", None, "seed is None"),
        ("seed", "3", "seed is '3'"),
        ("AP", "0.3", "AP is '0.3'"),
        ("AP", float("nan"), "AP is nan"),
        ("fidelity", "slow", "there is no fidelity 'slow' in its metadata"),
    ],
)
def test_a_damaged_column_is_named(column: str, value: object, said: str) -> None:
    with pytest.raises(DataError, match="here is damaged, or was changed by hand") as caught:
        SpineBench.of_table(damaged(column, value), "here")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "fidelities", [None, [], {}, {"quick": 3}, {"quick": "{"}, {"quick": '{"steps": 5}'}]
)
def test_fidelities_that_are_none_are_refused(fidelities: Any) -> None:
    table = as_table([row(members(1, 0)[0], 3)], {**ABOUT, "fidelities": fidelities})
    with pytest.raises(DataError, match=r"here is damaged, or was changed by hand: .*fidelities"):
        SpineBench.of_table(table, "here")


def test_a_fidelity_has_a_name_and_a_step(tmp_path: Path) -> None:
    bench = write_spinebench([row(members(1, 0)[0], 3)], ABOUT, tmp_path / "file.parquet")
    assert bench.steps("quick") == (50, 400)
    assert bench.named(QUICK.canonical()) == ("quick", 400)
    assert bench.named(replace(QUICK, stop_step=50).canonical()) == ("quick", 50)
    assert bench.named(DEFAULT.canonical()) == ("default", 1200)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stop_step": 51}, r"quick \(scored at steps 50, 400\), but stop_step is 51, there 400"),
        ({"batch_size": 8}, "batch_size is 8, there 16"),
    ],
)
def test_a_fidelity_that_was_not_trained_is_refused_with_what_differs(
    change: dict[str, int], said: str, tmp_path: Path
) -> None:
    bench = write_spinebench([row(members(1, 0)[0], 3)], ABOUT, tmp_path / "file.parquet")
    with pytest.raises(InvalidRecipe, match=said):
        bench.named(replace(QUICK, **change).canonical())
