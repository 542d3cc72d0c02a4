"""The page of several runs, as a reader has it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from results import Noise, TrialStore, leaderboard, report_document, report_page
from tests.results.in_browser import launched, needs_chromium, shown
from tests.results.report_runs import make_report_run
from tests.results.runs import make_run, scored, trial

HOSTILE = "<img src=x onerror=broken()>"


pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    directory = tmp_path_factory.mktemp("runs")
    make_run(directory / "best", [0.25, 0.995])
    return [make_report_run(directory / HOSTILE), directory / "best"]


def written(runs: list[Path], file: Path, differences: list[str]) -> str:
    file.write_bytes(report_page(report_document(runs, differences=lambda runs: differences)))
    return file.as_uri()


@pytest.fixture
def page(browser: Any, runs: list[Path], tmp_path: Path) -> Iterator[Any]:
    opened = shown(browser, written(runs, tmp_path / "page.html", []))
    yield opened
    assert opened.complaints == []
    assert opened.evaluate("window.broken") is None
    assert opened.locator("img").count() == 0
    opened.close()


def test_it_opens_with_the_runs_side_by_side(page: Any, runs: list[Path]) -> None:
    assert page.locator("h1").inner_text() == f"Of 2 runs {runs[1]} has the best AP: 0.995"
    rows = page.locator(".runs tbody tr")
    assert rows.count() == 2
    best = leaderboard(runs[0])["reward"].max()
    assert f"{best:.3f}" in rows.nth(0).inner_text()
    assert "evolution" in rows.nth(0).inner_text()
    assert rows.nth(0).locator("svg.network").count() == 1
    assert "luck is not known" in page.locator("#runs").inner_text()


def test_winners_whose_intervals_overlap_are_told_to_be_unresolved(
    browser: Any, tmp_path: Path
) -> None:
    runs = [
        make_run(tmp_path / name, [0.1, 0.3, 0.6 + rise]) for name, rise in (("a", 0), ("b", 0.001))
    ]
    file = tmp_path / "page.html"
    file.write_bytes(report_page(report_document(runs, noise=Noise(0.01, 20))))
    page = shown(browser, file.as_uri())
    assert (
        page.locator("h1").inner_text() == "Which of 2 runs has the better winner is not resolved"
    )
    page.close()


def test_one_chart_has_the_lines_of_all_runs(page: Any) -> None:
    plot = page.locator("#progresses svg.plot")
    assert plot.locator("path.line.series").count() == 2
    assert plot.locator("text.series-name").all_text_contents() == ["1", "2"]
    colours = plot.locator("path.line.series").evaluate_all(
        "all => all.map(one => getComputedStyle(one).stroke)"
    )
    assert len(set(colours)) == 2
    plot.focus()
    page.keyboard.press("End")
    assert page.locator("#tip svg.network").count() == 1


def test_it_shows_the_best_run_and_a_click_on_a_name_another(page: Any, runs: list[Path]) -> None:
    assert page.locator("#answer .which").inner_text() == f"Run {runs[1]}"
    page.locator(".runs").get_by_role("button", name=HOSTILE).first.click()
    assert page.locator("#answer .which").inner_text() == f"Run {runs[0]}"
    assert page.locator("#run").input_value() == "0"
    assert page.locator(".runs tbody tr").count() == 2


def test_the_runs_fit_beside_each_other_at_1100_pixels(
    browser: Any, runs: list[Path], tmp_path: Path
) -> None:
    document = report_document(runs)
    for run in document["runs"]:  # type: ignore[attr-defined]
        long = "/somewhere/very-long-" * 6
        run |= {"name": long, "space": "a-rather-long-preset", "cpu_seconds": 7e5, "steps": 1200000}
    file = tmp_path / "page.html"
    file.write_bytes(report_page(document))
    page = shown(browser, file.as_uri(), viewport={"width": 1100, "height": 800})
    room = page.locator(".side").evaluate("one => one.clientWidth - one.scrollWidth")
    assert room == 0
    page.close()


def make_search(directory: Path, name: str, rewards: list[float], bred: int) -> Path:
    """A run whose last `bred` candidates have a parent."""
    with TrialStore.create(
        directory, {"config": json.dumps({"controller": {"name": name}})}
    ) as store:
        for number, reward in enumerate(rewards):
            store.propose(trial(number), [number - 1] if number >= len(rewards) - bred else [])
            store.finish(number, scored(reward), reward)
    return directory


def test_chance_is_told_by_as_many_uniform_candidates_only(browser: Any, tmp_path: Path) -> None:
    bred = make_search(tmp_path / "bred", "evolution", [0.1 + 0.01 * n for n in range(20)], 12)
    luck = make_search(tmp_path / "luck", "random", [0.02 * n for n in range(20)], 0)
    said = []
    for runs, differences in (([bred], []), ([bred, luck], []), ([bred, luck], ["Unlike."])):
        page = shown(browser, written(runs, tmp_path / "page.html", differences))
        if len(runs) > 1:
            page.select_option("#run", "0")
        said.append(page.locator("#progress figcaption").inner_text())
        page.close()
    unknown = "found in 20 results cannot be said from the 8 uniform candidates"
    assert unknown in said[0]
    # The best of all 20 is what to expect of 20 of them.
    assert f"The best of as many, 20 random candidates of {luck} is 0.380 on average" in said[1]
    assert unknown in said[2]


def test_where_protocols_differ_it_says_so_and_crowns_none(
    browser: Any, runs: list[Path], tmp_path: Path
) -> None:
    page = shown(browser, written(runs, tmp_path / "page.html", ["fidelity.steps is 5 " + HOSTILE]))
    assert page.locator("h1").inner_text() == "2 runs side by side"
    note = page.locator("#runs [role=note]").inner_text()
    assert "their rewards do not compare" in note
    assert "fidelity.steps is 5 <img" in note
    assert "do not compare" in page.locator("#progresses figcaption").inner_text()
    assert page.complaints == []
    page.close()


@pytest.mark.parametrize("width", [320, 768])
def test_many_runs_do_not_make_the_page_scroll_sideways(
    browser: Any, runs: list[Path], tmp_path: Path, width: int
) -> None:
    address = written(runs * 5, tmp_path / "page.html", [])
    page = shown(browser, address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 700, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    page.close()
