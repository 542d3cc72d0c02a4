"""Whether beliefs are true, on leagues of networks whose true means are known.

    python benchmarks/belief.py --leagues 60            # 18 CPU minutes

Bias of the best: what the largest mean reward promises beyond that network's true mean, and what
the posterior mean of our winner promises beyond the winner's; their ratio is summed over leagues.
Coverage of 90 % intervals is of all networks, of the winner and of the ten with the largest
posterior means. In units of the SD between networks.
"""

import argparse
import itertools
import time
from collections import defaultdict

import numpy as np
from leagues import FAMILIES, NOISE, Array, League, make_league, some_repeated
from numpy.typing import NDArray

from results.belief import Belief, belief

SIZES = (30, 100, 400)
BINS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
Row = dict[str, float]


def judged(league: League, rewards: list[list[float]], found: Belief) -> Row:
    truth, means = league.truth, np.array([np.mean(values) for values in rewards])
    winner, looks_best = found.winner, int(means.argmax())
    held = (found.low <= truth) & (truth <= found.high)
    held_95 = (found.low_95 <= truth) & (truth <= found.high_95)
    return {
        "naive": means[looks_best] - truth[looks_best],
        "ours": found.mean[winner] - truth[winner],
        "all": held.mean(),
        "winner": held[winner],
        "ten": held[np.argsort(-found.mean)[:10]].mean(),
        "all_95": held_95.mean(),
    }


def line(name: str, rows: list[Row]) -> str:
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    error = np.std([row["ours"] for row in rows]) / np.sqrt(len(rows))
    falls = 100 * (1 - abs(mean["ours"]) / mean["naive"])
    shares = "  ".join(f"{100 * mean[key]:5.1f}" for key in ("all", "winner", "ten", "all_95"))
    bias = f"{mean['naive']:6.3f} {mean['ours']:+7.3f} ± {error:.3f} {falls:6.0f} %"
    return f"{name:34} {bias}  {shares}"


def calibration(claimed: Array, was: NDArray[np.bool_]) -> list[str]:
    """How often networks with a P(best) in each bin were the best."""
    lines = []
    for low, high in itertools.pairwise(BINS):
        inside = (claimed >= low) & ((claimed < high) | (high == 1))
        if inside.any():
            mean, share, n = claimed[inside].mean(), was[inside].mean(), inside.sum()
            error = np.sqrt(share * (1 - share) / n)
            lines.append(
                f"{low:4.2f} to {high:4.2f}: {mean:.3f} claimed, {share:.3f} ± {error:.3f}"
            )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leagues", type=int, default=50, help="of each kind")
    times = parser.parse_args().leagues
    by: dict[str, list[Row]] = defaultdict(list)
    said: dict[str, list[tuple[Array, NDArray[np.bool_]]]] = defaultdict(list)
    print(f"{'':34}  naive   ours            falls    all  winner  ten  all, 95 %")
    begin = time.process_time()
    settings = itertools.product(FAMILIES, SIZES, NOISE)
    for seed, (name, n, noise) in enumerate(settings):
        rng, rows = np.random.default_rng(seed), []
        for _ in range(times):
            league = make_league(FAMILIES[name], n, noise, rng)
            rewards = some_repeated(league, rng)
            found = belief(rewards)
            assert isinstance(found, Belief)
            rows.append(judged(league, rewards, found))
            best = np.arange(n) == league.truth.argmax()
            for group in (name, "all"):
                said[group].append((found.p_best, best))
        print(line(f"{name:19} {n:3} noise {noise}", rows), flush=True)
        for group in (name, f"{n} networks", f"noise {noise}", "all"):
            by[group] += rows
    for group, rows in by.items():
        print(line(group, rows))
    for group, pairs in said.items():
        print(f"P(best): {group}")
        print("\n".join(calibration(*map(np.concatenate, zip(*pairs, strict=True)))))
    print(f"{time.process_time() - begin:.0f} CPU s")


if __name__ == "__main__":
    main()
