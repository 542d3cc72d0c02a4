import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from results import NotARun, report_document, report_page
from results.report_rows import trial_rows
from tests.results.report_runs import ATTACK, FAILED, make_report_run, reward


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


def test_a_run_that_has_only_begun_has_a_page(tmp_path: Path) -> None:
    document = report_document([make_report_run(tmp_path / "run", 0)])
    assert json.loads(json.dumps(document))["runs"][0]["answer"] is None
    assert report_page(document).startswith(b"<!doctype html>")


def test_no_run_is_an_error_in_one_line() -> None:
    with pytest.raises(NotARun, match="no run was given"):
        report_document([])
