"""The claims of a reproduction, as a reader has them."""

from collections.abc import Iterator
from typing import Any

import pytest

from results import report_document, report_page
from results.report_claims import report_claims
from tests.results.in_browser import launched, needs_chromium, shown
from tests.results.runs import make_run
from tests.results.test_claims import BAD, GOOD, LIKE_GOOD, arm, claim

pytestmark = needs_chromium
CAVEAT = "Its networks <b>learnt</b> next to nothing."
CLAIMS = [
    claim((GOOD, BAD), (LIKE_GOOD, BAD)),
    claim((BAD, GOOD), number=2),
    claim((GOOD, arm("<img src=x>")), number=3),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    directory = tmp_path_factory.mktemp("runs")
    runs = [make_run(directory / name, [0.25, 0.5 + rise]) for name, rise in (("a", 0), ("b", 0.1))]
    document = report_document(runs) | {"claims": report_claims(CLAIMS, CAVEAT)}
    file = directory / "page.html"
    file.write_bytes(report_page(document))
    with launched() as browser:
        opened = shown(browser, file.as_uri())
        yield opened
        assert opened.complaints == []
        opened.close()


def test_the_page_opens_with_how_many_claims_are_confirmed(page: Any) -> None:
    assert page.locator("h1").all_inner_texts() == [
        "Of 3 claims 1 confirmed, 1 contradicted, 1 not resolved"
    ]
    assert page.locator(".runs tbody tr").count() == 2


def test_the_caveat_of_its_scale_stands_above_the_table(page: Any) -> None:
    note = page.locator("#claims .note")
    assert note.inner_text() == CAVEAT
    assert note.bounding_box()["y"] < page.locator("#claims table").bounding_box()["y"]


def test_every_measured_step_has_its_interval_beside_its_words(page: Any) -> None:
    rows = page.locator(".claims tbody tr")
    assert [rows.nth(i).locator("svg.whisker").count() for i in range(3)] == [2, 1, 0]
    assert "good - bad: +0.7" in rows.nth(0).inner_text()
    assert rows.locator(".badge").all_inner_texts() == ["confirmed", "contradicted", "not resolved"]
    assert "good - <img src=x>: not measured" in rows.nth(2).inner_text()


def test_a_difference_below_nothing_is_drawn_left_of_the_line(page: Any) -> None:
    sides = []
    for row in (0, 1):
        one = page.locator(".claims tbody tr").nth(row).locator("svg.whisker").first
        sides.append(float(one.locator("circle").get_attribute("cx")))
    assert sides[1] < 66 < sides[0]
