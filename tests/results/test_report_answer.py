import pandas as pd

from results.belief import NO_NOISE
from results.report_answer import answer


def believed(*, known: bool, low: float = 0.45, high: float = 0.55) -> pd.DataFrame:
    row = {
        **{
            "run": "runs/a b",
            "trial": 3,
            "key": "k",
            "seeds": 2 if known else 1,
            "mean": 0.52,
            "params": 10,
        },
        **{"madds": 20, "latency_ms": None, "cpu_seconds": 1.5, "test_AP": None},
        **{"posterior_mean": 0.5, "low": 0.46, "high": 0.54, "low_95": low, "high_95": high},
        **{"error": (high - low) / 3.92, "p_best": 0.7, "p_top10": 1.0},
    }
    if not known:
        bounds = ("posterior_mean", "low", "high", "low_95", "high_95")
        row |= dict.fromkeys((*bounds, "error", "p_best", "p_top10"))
    frame = pd.DataFrame([row])
    frame.attrs["unmeasured"] = "no network was trained with two seeds"
    return frame


def standings(mean: float, half_width: float | None = 0.0196) -> pd.DataFrame:
    counts = {"seeds": 3, "above": 4, "candidates": 9, "params": 1, "madds": 2}
    return pd.DataFrame([{"name": "spinenet-49", "mean": mean, "half_width": half_width, **counts}])


def verdict(mean: float, *, known: bool = True, half_width: float | None = 0.0196) -> str:
    found = answer(believed(known=known), standings(mean, half_width), "AP")
    assert found is not None
    return str(found["verdicts"][0]["verdict"])  # type: ignore[index]


def test_a_baseline_is_beaten_where_the_interval_of_the_gain_is_above_zero() -> None:
    # The interval is 0.5 ± 0.05, the baseline's ± 0.0196: together ± 0.0537.
    assert verdict(0.44) == "better"
    assert verdict(0.45) == verdict(0.55) == "not resolved"
    assert verdict(0.56) == "worse"


def test_nothing_is_judged_where_luck_is_not_known() -> None:
    assert verdict(0.1, known=False) == "not judged"
    assert verdict(0.1, half_width=None) == "not judged"


def test_a_single_training_is_not_called_the_one_to_train() -> None:
    found = answer(believed(known=False), standings(0.4)[:0], "AP")
    assert found is not None
    assert found["headline"] == "Trial 3 has the largest AP: 0.520, in one training."
    assert "luck is not known: no network was trained with two seeds." in str(found["caution"])


def test_the_headline_has_the_interval_of_what_to_believe() -> None:
    found = answer(believed(known=True), standings(0.4)[:0], "AP")
    assert found is not None
    assert found["headline"] == (
        "Trial 3 is probably the best: its AP is believed to be 0.500, "
        "with 90\N{NO-BREAK SPACE}% between 0.460 and 0.540."
    )


def test_a_headline_is_no_surer_than_the_probability() -> None:
    frame = pd.concat([believed(known=True).assign(p_best=0.03)] * 30, ignore_index=True)
    found = answer(frame, standings(0.4)[:0], "AP")
    assert found is not None
    assert str(found["headline"]).startswith("Trial 3 is the choice: ")
    assert str(found["headline"]).endswith("; 30 networks may be the best.")


def test_a_caution_names_the_run_as_a_shell_takes_it() -> None:
    frame = believed(known=False)
    frame.attrs["unmeasured"] = NO_NOISE
    found = answer(frame, standings(0.4)[:0], "AP")
    assert found is not None
    assert "nas rerank 'runs/a b' --budget 10 trains" in str(found["caution"])


def test_a_run_without_rewards_has_no_winner() -> None:
    assert answer(believed(known=True)[:0], standings(0.4), "AP") is None
