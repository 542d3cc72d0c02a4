import json
from pathlib import Path
from typing import Any

import pytest

from results import TrialStore, report_document
from results.reward_source import reward_source, source_lines
from tests.results.runs import scored, trial

SURROGATE = "scored by the surrogate of spinebench, not trained"


def run_of(directory: Path, task: object) -> Path:
    with TrialStore.create(directory, {"config": json.dumps({"task": task})}) as store:
        store.propose(trial(0))
        store.finish(0, scored(0.5), 0.5)
    return directory


def test_spinebench_is_the_surrogate_unless_its_options_say_table() -> None:
    bench = {"name": "spinebench"}
    assert reward_source({"task": bench}) == SURROGATE
    assert reward_source({"task": {**bench, "options": {"by": "surrogate"}}}) == SURROGATE
    by_table = reward_source({"task": {**bench, "options": {"by": "table"}}})
    assert by_table is not None and "recorded trainings" in by_table


@pytest.mark.parametrize(
    "task",
    [
        {"name": "detection", "options": {}},
        {"name": "my_package.my_module:Task"},
        {"name": ["spinebench"]},
        {"name": "spinebench", "options": {"by": [1]}},
        {},
    ],
)
def test_of_what_is_trained_or_not_known_nothing_is_said(task: dict[str, Any]) -> None:
    assert reward_source({"task": task}) is None
    assert reward_source({}) is None


def test_runs_that_differ_are_named_and_runs_that_agree_are_one_line(tmp_path: Path) -> None:
    one, two = (run_of(tmp_path / name, {"name": "spinebench"}) for name in ("one", "two"))
    trained = run_of(tmp_path / "trained", {"name": "detection"})
    assert source_lines([one, two]) == [SURROGATE]
    assert source_lines([trained]) == []
    assert source_lines([trained, two]) == [f"{two}: {SURROGATE}"]


def test_a_report_says_so_of_each_run(tmp_path: Path) -> None:
    names = {"bench": "spinebench", "trained": "detection"}
    runs = [run_of(tmp_path / name, {"name": task}) for name, task in names.items()]
    assert [one["scored"] for one in report_document(runs)["runs"]] == [SURROGATE, None]  # type: ignore[index,attr-defined]
