"""The short form of `python -m tests.fuzz`: the same cases, fewer."""

from pathlib import Path

import pytest

from tests.fuzz.engine import run_kind
from tests.fuzz.kinds import KINDS, shares

CASES = 500


@pytest.mark.parametrize("kind", list(KINDS))
def test_bad_input_is_refused_in_one_line_or_read_rightly(kind: str, tmp_path: Path) -> None:
    tally = run_kind(kind, KINDS[kind].make, range(shares(CASES)[kind]), 0, tmp_path / "home")
    assert not tally.faults
    assert tally.refused > 0
