"""What a report opens with: the winner, how sure that is, and how it stands to the baselines."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from results.best_claim import claim, doubt
from results.rank_agreement import NORMAL_975
from results.report_cells import Json, figure
from results.shell_word import shell_word

Row = Mapping[Hashable, Any]


def answer(believed: pd.DataFrame, standings: pd.DataFrame, metric: str) -> Json | None:
    """Of the first row of `results.beliefs`; None where no trial has a reward."""
    if not len(believed):
        return None
    best = believed.to_dict(orient="records")[0]
    known = not pd.isna(best["posterior_mean"])
    names = ("mean", "posterior_mean", "low", "high", "p_best", "p_top10", "test_AP")
    costs = ("params", "madds", "latency_ms", "cpu_seconds")
    return {
        "trial": int(best["trial"]),
        "key": str(best["key"]),
        "metric": metric,
        "seeds": int(best["seeds"]),
        "networks": len(believed),
        **{name: figure(best[name]) for name in (*names, *costs)},
        "headline": _headline(believed, best, metric, known),
        "caution": "" if known else _caution(believed, int(best["seeds"])),
        "verdicts": [
            _verdict(best, standing, known) for standing in standings.to_dict(orient="records")
        ],
    }


def metric_name(frame: pd.DataFrame) -> str:
    """What to call the rewards: "AP" where they are that."""
    known = frame[["reward", "AP"]][frame["reward"].notna()]
    is_ap = len(known) and known["AP"].notna().all() and (known["AP"] == known["reward"]).all()
    return "AP" if is_ap else "reward"


def _headline(believed: pd.DataFrame, best: Row, metric: str, known: bool) -> str:
    trial, mean = best["trial"], best["mean"]
    if known:
        but = doubt(believed)
        return (
            f"Trial {trial} is {claim(believed)}: its {metric} is believed to be "
            f"{best['posterior_mean']:.3f}, with 90\N{NO-BREAK SPACE}% between {best['low']:.3f} "
            f"and {best['high']:.3f}{'' if but is None else f'; {but}'}."
        )
    if best["seeds"] > 1:
        return f"Trial {trial} has the largest mean {metric}, {mean:.3f} of {best['seeds']} seeds."
    return f"Trial {trial} has the largest {metric}: {mean:.3f}, in one training."


def _caution(believed: pd.DataFrame, seeds: int) -> str:
    directory = shell_word(believed["run"].iloc[0])
    reason = str(believed.attrs.get("unmeasured", "")).replace("`", "")
    reason = reason.replace("RUN_DIR", directory)
    text = f"How far that is luck is not known: {reason}."
    return text if seeds > 1 else f"{text} The largest of many is larger than it will be again."


def _verdict(best: Row, standing: Row, known: bool) -> Json:
    """How far the winner is above a baseline, as far as the noise lets one say."""
    names = ("seeds", "mean", "half_width", "above", "candidates", "params", "madds")
    found: Json = {
        "name": str(standing["name"]),
        **{name: figure(standing[name]) for name in names},
    }
    above = f"{standing['above']:,} of {standing['candidates']:,} candidates are above it"
    if not known or pd.isna(standing["half_width"]):
        return found | {"verdict": "not judged", "says": f"{above}; luck is not known."}
    gain = float(best["posterior_mean"]) - float(standing["mean"])
    # Half-widths: both grow with what is not known of the noise.
    reach = math.hypot(NORMAL_975 * float(best["error"]), float(standing["half_width"]))
    verdict = "better" if gain > reach else "worse" if gain < -reach else "not resolved"
    words = {
        "better": "The winner is better",
        "worse": "The winner is worse",
        "not resolved": "Not resolved",
    }
    return found | {
        "verdict": verdict,
        "gain": figure(gain),
        "reach": figure(reach),
        "says": f"{words[verdict]}: {gain:+.3f} ± {reach:.3f} (95 %); {above}.",
    }
