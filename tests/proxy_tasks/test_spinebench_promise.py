"""Files of drawn networks, whole and each with a promise broken."""

from typing import Any

import pytest

from proxy_tasks.spinebench_file import SpineBench, as_table
from proxy_tasks.spinebench_promise import what_is_missing
from tests.proxy_tasks.synthetic_bench import ABOUT, promised


def missing(of: list[dict[str, Any]]) -> list[str]:
    return what_is_missing(SpineBench.of_table(as_table(of, ABOUT), "made here"))


def test_a_whole_file_lacks_nothing() -> None:
    assert missing(promised()) == []


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (promised(networks=599), "599 of 600 networks of quick"),
        (promised(repeated=99), "99 of 100 networks of quick with 3 seeds"),
        (promised(longer=59), "59 of 60 networks of default"),
        (
            [*promised()[1:], {**promised()[0], "AP": None, "failure": "diverged", "seed": 3}],
            "99 of 100 networks of quick with 3 seeds",
        ),
    ],
)
def test_one_too_few_is_said(of: list[dict[str, Any]], said: str) -> None:
    assert said in missing(of)


def test_a_training_that_is_there_twice_is_one_seed() -> None:
    copies = [{**one, "seed": 7} if one["seed"] == 9 else one for one in promised()]
    assert missing(copies) == ["0 of 100 networks of quick with 3 seeds"]


@pytest.mark.parametrize("lost", [50, 100, 200])
def test_curves_are_whole(lost: int) -> None:
    said = ["0 of 600 networks of quick that are scored at steps 50, 100, 200, 400"]
    assert missing([{**one, f"AP_at_{lost}": None} for one in promised()]) == said
    without = [
        {name: value for name, value in one.items() if not name.endswith(f"_at_{lost}")}
        for one in promised()
    ]
    assert missing(without) == said
