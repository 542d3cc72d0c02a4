import operator
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import UsageError
from nas.row_filter import matching


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trial": pd.array([0, 1, 2, 3], "Int64"),
            "AP": pd.array([0.5, 0.25, None, 0.75], "Float64"),
            "madds": pd.array([2**53, 2**53 + 1, 5, None], "Int64"),
            "status": pd.array(["completed", "completed", "failed", "running"], "string"),
            "failure": pd.array([None, None, "diverged: nan (step 7)", None], "string"),
            "eval": pd.array([1.0, 2.0, 3.0, 4.0], "Float64"),
        }
    )


@pytest.mark.parametrize(
    ("condition", "trials"),
    [
        ("AP >= 0.5", [0, 3]),
        ("0.3 < AP < .6", [0]),
        ("AP > -1 and not trial == 3", [0, 1]),
        ("status == 'failed' or AP > 0.7", [2, 3]),
        ("status in ('failed', 'running')", [2, 3]),
        ("trial not in [0, 1.0]", [2, 3]),
        ("'nan (' in failure", [2]),
        ("eval > trial and eval < 3", [0, 1]),
        ("  trial<1\n", [0]),
        ("'b' <= status", [0, 1, 2, 3]),
        ("trial < 1e999", [0, 1, 2, 3]),
        ("trial > -99999999999999999999", [0, 1, 2, 3]),
        ("(AP < 1 and (trial < 1 or trial > 2))", [0, 3]),
    ],
)
def test_a_condition_keeps_the_rows_for_which_it_holds(condition: str, trials: list[int]) -> None:
    assert matching(frame(), condition)["trial"].tolist() == trials


def test_counts_are_compared_exactly() -> None:
    assert matching(frame(), f"madds > {2**53}")["trial"].tolist() == [1]


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
def test_a_missing_value_neither_holds_nor_fails(sign: str) -> None:
    for condition in (f"AP {sign} 0.3", f"not AP {sign} 0.3", "AP not in (0.9,)"):
        assert 2 not in matching(frame(), condition)["trial"].tolist()


HOSTILE = [
    r"status == '\ud800'",
    r"'\ud800' in status",
    r"status in ['\ud800']",
    "__import__('os').system('true')",
    "trial.__class__",
    "trial.__class__ == 1",
    "trial == 1 or eval('1')",
    "eval('trial') < 1",
    "@pd.core < 1",
    "`trial` < 1",
    "trial[0] < 1",
    "(lambda: trial)() < 1",
    "[x for x in (1,)] == trial",
    "f'{trial.__class__}' == status",
    "(trial := 3) < 1",
    "trial < (yield)",
    "trial < (await status)",
    "trial if trial < 1 else AP",
    "trial + 1 < 2",
    "trial ** 9 ** 9 < 1",
    "'x' * 99999999 == status",
    "-trial < 1",
    "--1 < trial",
    "~1 < trial",
    "trial < 1j",
    "trial < True",
    "trial < None",
    "trial < ...",
    "status == b'failed'",
    "*trial, 1",
    "trial is 1",
    "1 < 2",
    "trial",
    "",
    " ",
    "trial < 1; import os",
    "import os",
    "trial = 1",
    "trial < 1 #\x00",
    "trial < 'x'",
    "status < 1",
    "status in 'failed'",
    "1 in status",
    "'1' in trial",
    "status in (trial.x,)",
    "AP in {0.5}",
    "trial < 0x" + "f" * 900,
    "(" * 400 + "trial < 1" + ")" * 400,
    "not " * 240 + "trial < ",
    "\udcff < 1",
]


@pytest.mark.parametrize("condition", HOSTILE)
def test_anything_else_is_refused_in_one_line(condition: str) -> None:
    with pytest.raises(UsageError, match=r"^--where") as refusal:
        matching(frame(), condition)
    text = str(refusal.value)
    assert text.isprintable()
    assert "compare columns with numbers" in text


def test_what_is_refused_imports_and_runs_nothing() -> None:
    before = set(sys.modules)
    for name in ("antigravity", "this"):
        with pytest.raises(UsageError):
            matching(frame(), f"__import__('{name}').x < 1")
    assert not {"antigravity", "this"} & (set(sys.modules) - before)


@pytest.mark.parametrize("name", ["AQ", "_x", "__class__", "pd", "frame", "self", "AP50"])
def test_a_name_that_is_no_column_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"no column '{name}': (did you mean|there is trial, AP,)"):
        matching(frame(), f"{name} < 1")


def test_a_condition_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="1009 characters, at most 1000"):
        matching(frame(), "trial < 1" + "0" * 1000)


def test_as_many_negations_as_fit_are_read() -> None:
    assert len(matching(frame(), "not " * 240 + "trial < 1")) == 1


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        assert len(matching(frame(), text)) <= 4
    except UsageError as refusal:
        assert str(refusal).isprintable()


NUMBERS = st.one_of(st.none(), st.floats(-2, 2), st.sampled_from([0.0, 1.0, -1.0]))
SIGNS = {"<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne}


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20), st.sampled_from(sorted(SIGNS)))
def test_a_comparison_of_columns_is_that_of_their_values(
    rows: list[tuple[float | None, float | None]], sign: str
) -> None:
    one, other = ([row[side] for row in rows] for side in (0, 1))
    table = pd.DataFrame({"a": pd.array(one, "Float64"), "b": pd.array(other, "Float64")})
    expected = [
        place
        for place, (a, b) in enumerate(rows)
        if a is not None and b is not None and SIGNS[sign](a, b)
    ]
    assert (
        np.flatnonzero(table.index.isin(matching(table, f"a {sign} b").index)).tolist() == expected
    )
