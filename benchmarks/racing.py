"""How well `nas rerank` finds the best network, on leagues whose true means are known.

    python benchmarks/racing.py --leagues 40            # 10 CPU minutes

Every network has one seed, as after a search; then more are trained, four at a time. The choice is
the largest posterior mean. How often it is the best one, and its regret in SDs between networks,
against training the ten best by mean in turn.
"""

import argparse
import itertools
import time
from collections import defaultdict

import numpy as np
from leagues import FAMILIES, League, Rng, make_league

from results.belief import Belief, belief
from results.racing import FIRST, contender, first_contender

NETWORKS, WORKERS, BUDGETS = 100, 4, (12, 24, 36)
KINDS = (("low tail", 0.4), ("normal", 0.8), ("a third near 0", 0.8))
POLICIES = ("top ten in turn", "knowledge gradient", "top-two sampling")


def top_two(found: Belief, rng: Rng) -> int:
    """Thompson sampling of the best, half of the time of who is best instead (Russo 2020)."""
    best = found.draws.argmax(1)
    first = rng.choice(best)
    rivals = best[best != first]
    second = len(rivals) > 0 and rng.random() < 0.5
    return int(found.contenders[rng.choice(rivals) if second else first])


def race(league: League, policy: str, rng: Rng) -> dict[int, Belief]:
    """Beliefs when each of the budgets is used up."""
    rewards = [league.train(network, 1, rng) for network in range(NETWORKS)]
    ten = np.argsort([-values[0] for values in rewards])[:10]
    allowed, reached = [True] * NETWORKS, {}
    for spent in range(0, BUDGETS[-1] + 1, WORKERS):
        found = belief(rewards)
        if spent in BUDGETS:
            assert isinstance(found, Belief)
            reached[spent] = found
        out = np.zeros(NETWORKS, int)
        for place in range(spent, spent + WORKERS):
            if policy == "top ten in turn":
                chosen: int | None = int(ten[place % 10])
            elif policy == "top-two sampling" and place >= FIRST and isinstance(found, Belief):
                chosen = top_two(found, rng)
            elif place < FIRST or not isinstance(found, Belief):
                seeds = [len(values) for values in rewards]
                means = [float(np.mean(values)) for values in rewards]
                chosen = first_contender(means, (seeds + out).tolist(), allowed)
            else:
                chosen = contender(found, out.tolist(), allowed)
            assert chosen is not None
            out[chosen] += 1
        for network in np.flatnonzero(out):
            rewards[network] += league.train(int(network), int(out[network]), rng)
    return reached


def judged(league: League, found: Belief) -> tuple[float, ...]:
    """Whether the winner is the best, its regret and bias, and whether intervals hold the truth."""
    truth, winner = league.truth, found.winner
    held = (found.low <= truth) & (truth <= found.high)
    regret, bias = truth.max() - truth[winner], found.mean[winner] - truth[winner]
    return float(regret == 0), regret, bias, 100 * held.mean(), 100 * float(held[winner])


def line(name: str, rows: list[tuple[float, ...]]) -> str:
    mean, error = np.mean(rows, 0), np.std(rows, 0) / len(rows) ** 0.5
    return (
        f"{name:24} best {mean[0]:.2f} ± {error[0]:.2f}  regret {mean[1]:.3f} ± {error[1]:.3f}  "
        f"bias {mean[2]:+.3f} ± {error[2]:.3f}  covered {mean[3]:.0f} %, winner {mean[4]:.0f} %"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leagues", type=int, default=40, help="of each kind")
    times = parser.parse_args().leagues
    begin, every = time.process_time(), defaultdict(list)
    for (family, noise), policy in itertools.product(KINDS, POLICIES):
        rows = defaultdict(list)
        for seed in range(times):
            rng = np.random.default_rng(seed)
            league = make_league(FAMILIES[family], NETWORKS, noise, rng)
            for spent, found in race(league, policy, rng).items():
                rows[spent].append(judged(league, found))
                every[policy, spent].append(rows[spent][-1])
        print(f"{family}, noise {noise}, {policy}")
        for spent, row in rows.items():
            print(line(f"  {spent} trainings", row), flush=True)
    for (policy, spent), row in every.items():
        print(line(f"{policy} {spent}", row))
    print(f"{time.process_time() - begin:.0f} CPU s")


if __name__ == "__main__":
    main()
