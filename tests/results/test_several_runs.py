import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from results import NotARun, beliefs, leaderboard, report_document
from tests.results.runs import make_run


def test_a_directory_whose_name_is_no_utf_8_is_named_with_its_bytes_escaped(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    make_run(odd, [0.5])
    make_run(tmp_path / "plain", [0.25])
    frame = leaderboard([odd, tmp_path / "plain"])
    assert frame["run"].tolist() == [f"{tmp_path}/\\udcff", f"{tmp_path}/plain"]
    assert beliefs(odd)["run"].tolist() == [f"{tmp_path}/\\udcff"]


@pytest.mark.parametrize("table", [leaderboard, beliefs])
@pytest.mark.parametrize("several", [False, True])
def test_a_text_in_place_of_a_path_is_refused(
    table: Callable[[Any], object], several: bool
) -> None:
    with pytest.raises(NotARun, match="'runs/a' is a text"):
        table(["runs/a"] if several else "runs/a")


def test_a_report_of_texts_is_refused() -> None:
    with pytest.raises(NotARun, match="is a text"):
        report_document(["runs/a"])  # type: ignore[list-item]
