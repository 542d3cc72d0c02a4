import pandas as pd
import pytest

from results.best_claim import claim, doubt


def believed(*shares: float) -> pd.DataFrame:
    return pd.DataFrame({"p_best": shares})


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.95, "the best"), (0.9, "the best"), (0.6, "probably the best"), (0.49, "the choice")],
)
def test_the_claim_is_as_sure_as_the_probability(share: float, said: str) -> None:
    assert claim(believed(share, 1 - share)) == said


def test_what_is_probably_the_best_is_not_doubted() -> None:
    assert doubt(believed(0.5, 0.5)) is None


def test_a_choice_is_doubted_by_those_with_more_than_a_quarter_of_its_probability() -> None:
    assert doubt(believed(0.4, 0.3, 0.2, 0.1)) == "3 networks may be the best"


def test_a_choice_that_is_doubted_by_many_of_little_probability_has_no_number() -> None:
    assert doubt(believed(0.4, *[0.01] * 60)) == "another may be the best"
