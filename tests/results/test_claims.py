import json
import re
from dataclasses import replace

from results.claim_table import HEADINGS, STEP_HEADINGS, claim_rows, markdown, step_rows
from results.claims import Claim
from results.paired_steps import Arm, Verdict


def claim(
    *pairs: tuple[Arm, Arm], number: int = 1, beside: tuple = (), margin: float | None = None
) -> Claim:
    said = {"number": number, "text": "a | b", "paper": "1 to 0", "estimand": "Of all."}
    return Claim.of(pairs, beside, margin=margin, **said)


def arm(name: str, *values: float) -> Arm:
    return Arm(name, dict(enumerate(values)))


GOOD, BAD = arm("good", 0.8, 0.9, 0.86), arm("bad", 0.1, 0.21, 0.15)
LIKE_GOOD = arm("like good", 0.81, 0.885, 0.859)


def test_what_stands_beside_decides_nothing() -> None:
    assert claim((GOOD, BAD), beside=((BAD, GOOD),)).verdict is Verdict.CONFIRMED
    assert claim((BAD, GOOD)).verdict is Verdict.CONTRADICTED


def test_a_claim_without_trainings_is_not_resolved_and_says_so() -> None:
    (row,) = claim_rows([claim((GOOD, arm("missing")))])
    assert row[3] == "good - missing: not measured"
    assert row[4] == "not resolved"


def test_a_claim_that_is_not_resolved_says_how_many_seeds_it_takes() -> None:
    found = claim((GOOD, LIKE_GOOD))
    (row,) = claim_rows([found])
    needed = found.steps[0].needed
    assert needed is not None
    assert needed > 3
    assert row[4] == f"not resolved\n{needed:,} seeds for this difference"


def test_a_difference_of_nothing_is_beyond_all_seeds() -> None:
    (row,) = claim_rows([claim((arm("a", 0.5, 0.6), arm("b", 0.6, 0.5)))])
    assert "more than 100,000 seeds" in row[4]


def test_every_row_of_the_markdown_has_its_tables_columns() -> None:
    text = markdown([claim((GOOD, BAD), (BAD, LIKE_GOOD)), claim((GOOD, LIKE_GOOD), number=2)])
    tables = [len(re.findall(r"(?<!\\)\|", line)) - 1 for line in text.splitlines() if "|" in line]
    assert tables == [len(HEADINGS)] * 4 + [len(STEP_HEADINGS)] * 5
    assert "- (2) Of all." in text


def test_trainings_that_failed_are_counted() -> None:
    bad = Arm("bad", {0: 0.1, 2: 0.2}, failed=1)
    assert step_rows([claim((GOOD, bad))])[0][5] == "2 (1 failed)"


def test_a_claim_with_failed_trainings_is_open_and_says_how_many_failed() -> None:
    """Of each network once, though it is in two steps."""
    good = Arm("good", GOOD.values, failed=2)
    found = claim((good, BAD), (LIKE_GOOD, good))
    assert found.verdict is Verdict.NOT_RESOLVED
    assert claim_rows([found])[0][4] == "not resolved\n2 trainings failed"


def test_a_verdict_says_what_it_is_of_in_all_outputs() -> None:
    found = replace(claim((GOOD, BAD)), scope="of these runs")
    assert claim_rows([found])[0][4] == "confirmed of these runs"
    assert step_rows([found])[0][7] == "confirmed of these runs"
    assert found.as_dict()["said"] == "confirmed of these runs"
    assert markdown([found]).count("confirmed of these runs") == 2


def test_one_network_on_both_sides_is_said() -> None:
    one, other = (Arm(name, GOOD.values, key="k") for name in ("one", "other"))
    assert claim_rows([claim((one, other))])[0][4] == "not resolved\nthe same network on both sides"
    (row,) = claim_rows([claim((one, other), margin=0.01)])
    assert row[4] == "confirmed\nthe same network on both sides"


def test_a_margin_is_said_beside_the_steps_verdict() -> None:
    assert step_rows([claim((GOOD, BAD), margin=0.01)])[0][7] == "confirmed (margin 0.01)"


def test_claims_are_strict_json() -> None:
    document = json.loads(json.dumps(claim((GOOD, BAD)).as_dict(), allow_nan=False))
    assert document["verdict"] == "confirmed"
    assert document["steps"][0]["difference"]["low"] > 0
