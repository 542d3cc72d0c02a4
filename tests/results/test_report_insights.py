from pathlib import Path

import pytest

from results import TrialStore
from results.report_insights import progress
from tests.results.runs import make_run


@pytest.mark.parametrize(
    ("rewards", "observed", "best"),
    [
        ([0.5, 0.25, 0.5], [1], [0.5]),
        ([0.25, 0.5, 0.4, 0.75], [1, 2, 4], [0.25, 0.5, 0.75]),
    ],
)
def test_best_so_far_has_every_change_from_the_first_result_on(
    tmp_path: Path, rewards: list[float], observed: list[int], best: list[float]
) -> None:
    with TrialStore.open_read_only(make_run(tmp_path, rewards)) as store:
        found = progress(store)
    assert (found["observed"], found["best"]) == (observed, best)
