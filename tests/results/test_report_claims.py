from results.claim_table import claim_rows
from results.report_claims import report_claims
from tests.results.test_claims import BAD, GOOD, LIKE_GOOD, arm, claim


def test_a_claim_has_the_words_of_its_row_and_an_interval_for_each_step() -> None:
    found = claim((GOOD, BAD), (GOOD, arm("missing")))
    (content,) = report_claims([found])["rows"]  # type: ignore[misc]
    assert content["cells"] == [cell.split("\n") for cell in claim_rows([found])[0]]
    measured, missing = content["intervals"]  # type: ignore[misc]
    difference = found.steps[0].difference
    assert difference is not None
    assert abs(measured["low"] - difference.low) < 1e-6
    assert missing is None


def test_a_margin_is_drawn_where_a_claim_has_one() -> None:
    (content,) = report_claims([claim((GOOD, LIKE_GOOD), margin=0.01)])["rows"]  # type: ignore[misc]
    assert content["intervals"][0]["margin"] == 0.01  # type: ignore[index]
