import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from results import NotARun, Outcome, TrialStore, report_document, report_page
from results.report_rows import trial_rows
from search_space.drawing import palette
from tests.results.report_runs import ATTACK, FAILED, make_report_run, reward
from tests.results.runs import scored, trial


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = make_report_run(tmp_path_factory.mktemp("runs") / "<b onclick=x>")
    return report_page(report_document([run])).decode()


def data(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    return dict(json.loads(found[1]))


def test_what_the_run_says_is_in_the_json_and_nowhere_else(page: str) -> None:
    assert ATTACK not in page
    assert "window.broken" in page
    text = page.replace(json.dumps(data(page), separators=(",", ":")).replace("<", "\\u003c"), "")
    assert "window.broken" not in text
    assert ATTACK in data(page)["runs"][0]["rows"]["failure"]["texts"][0]


def test_the_policy_names_the_hashes_of_the_only_script_and_style(page: str) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
    styles = re.findall(r"<style>(.*?)</style>", page, re.S)
    assert (len(scripts), len(styles)) == (1, 1)
    for kind, (content,) in (("script", scripts), ("style", styles)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page
    assert "default-src 'none'" in page
    assert "unsafe" not in page.partition("<style>")[0]


def test_the_page_draws_in_the_colours_of_other_drawings(page: str) -> None:
    light = page.partition(":root {")[2].partition("}")[0]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    shared = palette.FILL | {
        "ink": palette.INK,
        "edge-down": palette.EDGE_DOWN,
        "edge-up": palette.EDGE_UP,
        "edge-level": palette.EDGE_LEVEL,
        "edge-stem": palette.EDGE_STEM,
        "merge": palette.MERGE,
        "dead": palette.DEAD,
        "grid": palette.GRID,
    }
    assert {name: found[name] for name in shared} == shared


def test_nothing_is_fetched_from_elsewhere(page: str) -> None:
    text = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\(", text)


def test_rows_and_failures_are_those_of_the_run(page: str) -> None:
    run = data(page)["runs"][0]
    rows = run["rows"]
    assert len(rows["drawings"]) == rows["total"] == 60
    by_trial = dict(zip(rows["columns"]["trial"], rows["columns"]["reward"], strict=True))
    for number in range(60):
        expected = None if number % FAILED == 0 else reward(number)
        assert by_trial[number] == (expected and pytest.approx(expected, rel=1e-5))
    assert [one["trials"] for one in run["failures"]] == [9]


def test_a_run_beyond_the_rows_of_a_page_is_sampled_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{trial_rows.__module__}.ROWS", 20)
    document = report_document([make_report_run(tmp_path / "run")])
    rows = json.loads(json.dumps(document))["runs"][0]["rows"]
    kept = rows["columns"]["trial"]
    best = sorted((n for n in range(60) if n % FAILED), key=reward, reverse=True)
    assert kept[:10] == best[:10]
    assert set(rows["fronts"]["madds"]) <= set(kept)
    assert 20 <= len(kept) < 60
    assert f"{len(kept)} of 60 trials" in rows["note"]


def test_what_a_sampled_chart_draws_has_best_and_worst_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{trial_rows.__module__}.ROWS", 30)
    rows = json.loads(json.dumps(report_document([make_report_run(tmp_path / "run")])))["runs"][0][
        "rows"
    ]
    # 15 of the 45 behind the first 15 are drawn, so 5 of these.
    best = [place for place in rows["sample"] if place < 15]
    assert (len(best), len(rows["sample"])) == (5, 20)


def test_a_run_that_has_only_begun_has_a_page(tmp_path: Path) -> None:
    document = report_document([make_report_run(tmp_path / "run", 0)])
    assert json.loads(json.dumps(document))["runs"][0]["answer"] is None
    assert report_page(document).startswith(b"<!doctype html>")


def test_numbers_whose_sum_is_none_leave_a_figure_out(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(2):
            store.propose(trial(number))
            store.finish(number, Outcome.success({"AP": 0.5, "cpu_seconds": 1.7e308}), 0.5)
    (run,) = report_document([tmp_path])["runs"]
    assert run["cpu_seconds"] is None


def test_no_run_is_an_error_in_one_line() -> None:
    with pytest.raises(NotARun, match="no run was given"):
        report_document([])


def test_the_trials_and_the_journal_are_read_once_for_all_sections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    for name in ("summary_batches", "event_batches", "events", "summaries"):
        read = getattr(TrialStore, name)
        monkeypatch.setattr(
            TrialStore,
            name,
            lambda store, *more, name=name, read=read: calls.append(name) or read(store, *more),
        )
    report_document([make_report_run(tmp_path / "run")])
    assert sorted(calls) == ["event_batches", "summary_batches"]


def test_a_long_family_is_cut_to_its_last_generations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("results.report_insights.GENERATIONS", 3)
    with TrialStore.create(tmp_path, {}) as store:
        for number in range(6):
            store.propose(trial(number), [number - 1] if number else [])
            store.finish(number, scored(number / 10), number / 10)
        found = report_document([store])["runs"][0]["family"]  # type: ignore[index]
    assert [one["trial"] for one in found] == [3, 4, 5]
    assert found[0]["parents"] == [2]
