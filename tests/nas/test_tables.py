import pandas as pd

from nas.tables import leaderboard_table, table_text


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trial": [1, 0, 2],
            "key": ["a" * 32, "b" * 32, "c" * 32],
            "AP": [0.5, 0.25, None],
            "params": [410_000, 9_100_000, 100],
            "madds": [85_300_000_000, 18_000_000, 1],
            "status": ["completed", "completed", "failed"],
            "failure": [None, None, "diverged: step 7"],
        }
    )


def test_counts_are_written_with_their_unit() -> None:
    text = table_text(leaderboard_table(frame(), 3))
    assert all(word in text for word in ("410 k", "9.1 M", "85.3 G", "18 M"))


def test_a_failure_is_shown_in_its_row() -> None:
    text = table_text(leaderboard_table(frame(), 3))
    assert "diverged: step 7" in next(line for line in text.splitlines() if "cccccccc" in line)


def test_the_caption_says_how_many_trials_there_are() -> None:
    text = table_text(leaderboard_table(frame(), 2))
    assert "2 of 3 trials (2 completed, 1 failed)" in text
    assert "cccccccc" not in text


def test_an_empty_run_says_so() -> None:
    assert "no trials yet" in table_text(leaderboard_table(frame().head(0), 5))


def test_a_failure_with_brackets_is_no_markup() -> None:
    table = frame()
    table.loc[2, "failure"] = "[red]lost[/x]"
    assert "[red]lost[/x]" in table_text(leaderboard_table(table, 3))
