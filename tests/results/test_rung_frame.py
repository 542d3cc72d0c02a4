from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from results import TrialStore, rung_agreement
from tests.results.runs import make_run, scored, trial

SHORT, LONG = '{"steps":200,"stop_step":100}', '{"steps":200}'


def promoted(path: Path, short: list[float], long: list[float]) -> Path:
    """The first candidates have gone on."""
    with TrialStore.create(path, {}) as store:
        for number, reward in enumerate(short):
            store.propose(trial(number, SHORT))
            store.finish(number, scored(reward), reward)
        for place, reward in enumerate(long):
            number = len(short) + place
            store.propose(replace(trial(place, LONG), number=number, continues=place))
            store.finish(number, scored(reward), reward)
    return path


def test_it_is_spearmans_rho_of_those_that_have_both(tmp_path: Path) -> None:
    short, long = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1], [0.8, 0.9, 0.6, 0.7, 0.5, 0.3]
    (row,) = rung_agreement(promoted(tmp_path, short, long)).to_dict("records")
    assert row["rho"] == pytest.approx(spearmanr(short[:6], long).statistic)
    assert (row["steps"], row["of"], row["candidates"], row["begun"]) == (100, 200, 6, 7)
    assert row["truncated"] is True and row["low"] < row["rho"] < row["high"]


def test_without_a_choice_it_is_not_truncated_and_few_are_not_known(tmp_path: Path) -> None:
    (row,) = rung_agreement(promoted(tmp_path, [0.2, 0.1], [0.4, 0.3])).to_dict("records")
    assert row["truncated"] is False and row["unknown"] == "2 measured: it takes 5"


def test_a_run_without_rungs_has_no_rows(tmp_path: Path) -> None:
    assert len(rung_agreement(make_run(tmp_path, [0.1, 0.2]))) == 0
