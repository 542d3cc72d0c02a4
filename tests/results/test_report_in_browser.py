"""The page in Debian's chromium, as a reader has it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from results import Noise, TrialStore, beliefs, leaderboard, report_document, report_page
from search_space import PUBLISHED
from search_space.drawing import draw_svg
from tests.results.in_browser import launched, needs_chromium, playwright, shown
from tests.results.report_runs import FAILED, make_report_run
from tests.results.runs import make_run, scored, trial

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_report_run(tmp_path_factory.mktemp("runs") / "<img src=x onerror=broken()>")


@pytest.fixture(scope="module")
def address(run: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_bytes(report_page(report_document([run])))
    return file.as_uri()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    opened = shown(browser, address)
    yield opened
    assert opened.complaints == []
    opened.close()


def column(page: Any, place: int) -> list[str]:
    return list(page.locator(f".trials tbody tr:not(.gap) > :nth-child({place})").all_inner_texts())


def test_it_opens_with_the_winner_and_draws_every_chart(page: Any, run: Path) -> None:
    winner = beliefs(run)["trial"].iloc[0]
    assert page.locator("h1").inner_text().startswith(f"Trial {winner} has the largest AP")
    for name in ("progress", "cost", "failures"):
        assert page.locator(f"#{name} svg.plot").count() == 1
        assert page.locator(f"#{name} svg.plot").get_attribute("aria-label")
        assert page.locator(f"#{name} figcaption").inner_text()
    assert page.locator(".winner rect.block").count() > 16


def test_it_says_first_that_rewards_are_of_no_training(browser: Any, tmp_path: Path) -> None:
    config = json.dumps({"task": {"name": "spinebench"}})
    with TrialStore.create(tmp_path / "run", {"config": config}) as store:
        store.propose(trial(0))
        store.finish(0, scored(0.5), 0.5)
    file = tmp_path / "page.html"
    file.write_bytes(report_page(report_document([tmp_path / "run"])))
    page = shown(browser, file.as_uri())
    said = "Candidates were scored by the surrogate of spinebench, not trained."
    assert page.locator("#answer .caution").first.inner_text() == said
    assert page.complaints == []
    page.close()


def test_hostile_names_are_words_and_run_nothing(page: Any) -> None:
    page.locator("#failures details").evaluate("one => { one.open = true }")
    assert "</script><script>window.broken" in page.locator("#failures").inner_text()
    assert page.locator(".run").inner_text().endswith("<img src=x onerror=broken()>")
    assert page.evaluate("window.broken") is None
    assert page.locator("img").count() == 0


def test_a_script_or_style_that_gets_in_is_refused_by_the_policy(
    browser: Any, address: str
) -> None:
    page = shown(browser, address)
    page.evaluate(
        "() => { const one = document.createElement('script');"
        " one.textContent = 'window.broken = 1'; document.body.append(one);"
        " document.body.insertAdjacentHTML('beforeend', '<i onclick=\"window.broken = 1\">x</i>');"
        " document.querySelector('i').click(); }"
    )
    assert page.evaluate("window.broken") is None
    assert any("Content Security Policy" in text for text in page.complaints)
    page.close()


def test_the_table_begins_as_the_leaderboard_and_sorts_by_a_click(page: Any, run: Path) -> None:
    frame = leaderboard(run)
    seen = [int(text) for text in column(page, 1)]
    assert seen == frame["trial"].tolist()[: len(seen)]
    head = page.locator(".trials thead th", has_text="multiply-adds")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert [int(text) for text in column(page, 1)] == list(range(len(seen)))
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert int(column(page, 1)[0]) == 59


def test_the_table_filters_by_conditions_and_words(page: Any, run: Path) -> None:
    page.fill("#filter", "reward > 0.5")
    many = int((leaderboard(run)["reward"] > 0.5).sum())
    assert page.locator(".tools [role=status]").inner_text() == f"{many} of 60 rows"
    page.fill("#filter", "diverged")
    assert {int(text) % FAILED for text in column(page, 1)} == {0}


@pytest.mark.parametrize(
    "condition",
    [
        "reward == 0.5 and madds >= 0",
        "reward != 0.5",
        "0.2<reward<=.5",
        "AP > reward or AP == reward",
        "madds < 3e1",
        "status == 'completed'",
        'status != "completed" and trial > 20',
        "'diverged' == failure",
    ],
)
def test_a_condition_of_the_leaderboard_holds_for_the_same_rows_here_or_is_refused(
    page: Any, run: Path, condition: str
) -> None:
    from nas.row_filter import matching

    frame = leaderboard(run)
    page.fill("#filter", condition)
    said = page.locator(".tools [role=status]").inner_text()
    refused = " or " in condition
    expected = "not understood: or" if refused else f"{len(matching(frame, condition))} of 60 rows"
    assert said.startswith(expected)


@pytest.mark.parametrize(
    "text", ["reward >", "> 0.5", "key = 8e", "reward < 1.2.3", "(AP < 0.5)", "status > 3", "1 < 2"]
)
def test_a_fragment_that_is_no_condition_is_named_and_leaves_all_rows(page: Any, text: str) -> None:
    page.fill("#filter", f"completed and {text}")
    said = page.locator(".tools [role=status]").inner_text()
    assert said.startswith(f"not understood: {text}. All 60 rows are shown; ")
    assert "Columns: trial, reward, AP, " in page.locator("#filter-help").inner_text()
    assert page.locator("#filter").get_attribute("aria-invalid") == "true"


def test_what_is_believed_has_the_names_of_the_leaderboard_and_of_the_page(
    browser: Any, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run", [0.1, 0.3, 0.5, 0.6])
    noise = Noise(0.05, 20)
    file = tmp_path / "report.html"
    file.write_bytes(report_page(report_document([run], noise=noise)))
    page = shown(browser, file.as_uri())
    found = beliefs(run, noise=noise)
    for condition, holds in (
        ("posterior_mean > 0.4", found["posterior_mean"] > 0.4),
        ("believed > 0.4", found["posterior_mean"] > 0.4),
        ("low < 0.3 and high > 0.1", (found["low"] < 0.3) & (found["high"] > 0.1)),
        ("p_best >= 0.2", found["p_best"] >= 0.2),
        ('"P(best)" >= 0.2', found["p_best"] >= 0.2),
    ):
        page.fill("#filter", condition)
        assert page.locator(".tools [role=status]").inner_text() == f"{holds.sum()} of 4 rows"
    page.close()


def test_only_rows_in_view_are_in_the_page_and_scrolling_brings_the_others(page: Any) -> None:
    assert page.locator(".trials tbody th").count() < 40
    page.locator(".trials-window").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    page.wait_for_selector(".trials tr[aria-rowindex='61']")
    assert page.locator(".trials").get_attribute("aria-rowcount") == "61"


def test_the_keyboard_reaches_the_answer_charts_and_pictures(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.locator("#cost .plot").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tip").is_visible()
    assert page.locator("#tip svg.network").count() == 1
    assert page.locator("#said").inner_text().startswith("Trial ")
    page.keyboard.press("Enter")
    assert page.locator("dialog svg.network").count() == 1
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_a_pointer_on_a_point_shows_its_architecture(page: Any) -> None:
    page.locator("#cost").scroll_into_view_if_needed()
    box = page.locator("#cost .plot").bounding_box()
    where = page.evaluate("document.querySelector('#cost .dots:last-of-type').getAttribute('d')")
    x, y = (float(one) for one in re.match(r"M([\d.]+) ([\d.]+)h", where).groups())  # type: ignore[union-attr]
    page.mouse.move(box["x"] + x, box["y"] + y)
    assert page.locator("#tip").inner_text().startswith("Trial ")
    assert page.locator("#tip svg.network").count() == 1


@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_width_makes_the_page_scroll_sideways(browser: Any, address: str, width: int) -> None:
    page = shown(browser, address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_on_paper_the_table_ends_and_nothing_is_cut_off(browser: Any, address: str) -> None:
    page = shown(browser, address, viewport={"width": 700, "height": 1000}, color_scheme="dark")
    page.emulate_media(media="print")
    playwright.expect(page.locator(".trials tbody th")).to_have_count(40)
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert _luminance(page, "body", "background-color") > 0.9
    page.close()


def test_dark_and_light_follow_the_reader_and_text_stands_out_in_both(
    browser: Any, address: str
) -> None:
    for scheme in ("light", "dark"):
        page = shown(browser, address, color_scheme=scheme)
        paper, *inks = (
            _luminance(page, selector, name)
            for selector, name in (
                ("body", "background-color"),
                ("body", "color"),
                ("figcaption", "color"),
                ("summary", "color"),
            )
        )
        assert (paper < 0.1) == (scheme == "dark")
        for ink in inks:  # WCAG 2.2, 1.4.3
            assert (max(paper, ink) + 0.05) / (min(paper, ink) + 0.05) >= 4.5
        page.close()


def _luminance(page: Any, selector: str, name: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    found = page.locator(selector).first.evaluate(
        "(one, name) => getComputedStyle(one).getPropertyValue(name)", name
    )
    parts = [int(text) / 255 for text in re.findall(r"\d+", found)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_the_winner_is_drawn_as_search_space_draws_it(page: Any, run: Path) -> None:
    from results import TrialStore

    with TrialStore.open_read_only(run) as store:
        winner = int(beliefs(run)["trial"].iloc[0])
        expected = draw_svg(store.architectures([winner])[winner])
    ours = page.locator(".winner path").evaluate_all("all => all.map(one => one.getAttribute('d'))")
    assert _same(ours, re.findall(r'<path d="([^"]*)"', expected))
    fills = page.locator(".winner rect.block:not(.sample)").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fill)"
    )
    assert "rgb(47, 109, 181)" in fills  # palette's bottleneck


def _same(ours: list[str], theirs: list[str]) -> bool:
    """Curve for curve to a tenth of a pixel: ties are rounded otherwise in JavaScript."""
    numbers = [[float(one) for one in re.findall(r"-?\d+\.?\d*", d)] for d in ours]
    others = [[float(one) for one in re.findall(r"-?\d+\.?\d*", d)] for d in theirs]
    return [len(one) for one in numbers] == [len(one) for one in others] and all(
        abs(a - b) < 0.11
        for x, y in zip(numbers, others, strict=True)
        for a, b in zip(x, y, strict=True)
    )


def test_every_published_network_is_drawn_as_search_space_draws_it(
    browser: Any, run: Path, tmp_path: Path
) -> None:
    from results.report_drawing import packed

    document = report_document([run])
    file = tmp_path / "report.html"
    for name, architecture in PUBLISHED.items():
        document["runs"][0]["answer"]["drawing"] = packed(architecture)  # type: ignore[index]
        file.write_bytes(report_page(document))
        page = shown(browser, file.as_uri())
        ours = page.locator(".winner path").evaluate_all("a => a.map(b => b.getAttribute('d'))")
        assert _same(ours, re.findall(r'<path d="([^"]*)"', draw_svg(architecture))), name
        page.close()
