"""Columns of metrics against each text parsed alone."""

import json
from math import isfinite

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from results.metric_columns import metric_columns

NAMES = st.sampled_from(["AP", "params", "ä\n", "null", "", "a b", '"', "{", "1"])
NUMBERS = st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.dictionaries(NAMES, NUMBERS), min_size=1, max_size=8))
def test_columns_are_the_values_of_each_text_alone(rows: list[dict[str, float]]) -> None:
    found = metric_columns([json.dumps(row) for row in rows], ())
    assert found.keys() == set().union(*rows)
    for name, column in found.items():
        seen = [
            None if missing else value for value, missing in zip(column, column.isna(), strict=True)
        ]
        assert seen == [None if name not in row else float(row[name]) for row in rows]


@example([2**53 + 1, 1.5])
@given(st.lists(st.integers(-(2**62), 2**62) | st.none() | st.just(1.5), min_size=1, max_size=8))
def test_counts_are_whole_to_the_last_digit(values: list[float | None]) -> None:
    texts = [json.dumps({} if value is None else {"params": value}) for value in values]
    column = metric_columns([*texts, '{"params":0}'], ("params",))["params"]
    seen = [
        None if missing else int(one) for one, missing in zip(column, column.isna(), strict=True)
    ]
    assert seen[:-1] == [None if value is None else round(value) for value in values]


@given(st.lists(st.text('{}[]",:0123456789.eE-+ntrufalsN \n', max_size=12), min_size=1, max_size=4))
def test_texts_are_refused_where_one_of_them_alone_is(texts: list[str]) -> None:
    expected = [parsed(text) for text in texts]
    if None in expected:
        with pytest.raises((ValueError, RecursionError)):
            metric_columns(texts, ())
    else:
        assert set(metric_columns(texts, ())) == set().union(*(one or {} for one in expected))


def parsed(text: str) -> dict[str, float] | None:
    """None unless it is an object of finite numbers, with nothing around it."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if type(found) is not dict or not (text.startswith("{") and text.endswith("}")):
        return None
    sound = all(type(value) in (int, float) and isfinite(value) for value in found.values())
    return found if sound else None
