"""What the best of so many random candidates would be: chance, to hold a search against."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.masked_columns import floats, integers

Array = NDArray[np.float64]

POINTS: Final = 200  # numbers of candidates that are told of, all up to 20, then ever farther apart
DENSE: Final = 20
OUTSIDE: Final = 0.05  # of each end of the band


def expected_best(rewards: Sequence[float], failed: int = 0) -> pd.DataFrame:
    """A row for each n: what to expect of the best of n uniform candidates.

    rewards: of N uniform candidates, in any order; `failed` further ones had none.

    `expected` is the mean over all ways to choose n of the N, which has no bias (Dodge et al.,
    EMNLP 2019, "Show your work", as Tang et al., ACL 2020, mend it: without replacement), of those
    ways that have a reward. It ends at n = N, where it is the best of all.

    `low` and `high` hold the best of n *new* candidates of the same distribution with 90 %: at
    least, for any distribution (P(all n are below the i-th of the N) is the product over j < n of
    (i + j) / (N + 1 + j)). What N candidates cannot show is missing: `high` from n > N / 19 on, as
    nobody has seen what one of twenty such searches finds, and `low` where even the worst of the N
    is too good.
    """
    scores = np.sort(np.asarray(rewards, dtype=np.float64))
    count = len(scores) + failed
    sizes = _sizes(count if len(scores) else 0)
    places = failed + 1 + np.arange(len(scores))  # from below, failures lowest
    expected, low, high = [], [], []
    for n in sizes.tolist():
        expected.append(_mean_of_best(scores, failed, n))
        reach = np.exp(_log_ratio(places, count + 1, n))  # P(all n new ones are not above)
        low.append(_at(scores, int((reach <= OUTSIDE).sum()) - 1))
        high.append(_at(scores, int((reach < 1 - OUTSIDE).sum())))
    return pd.DataFrame(
        {
            "n": integers(sizes.tolist()),
            "expected": floats(expected),
            "low": floats(low),
            "high": floats(high),
        }
    )


def _sizes(count: int) -> NDArray[np.int64]:
    if count <= POINTS:
        return np.arange(1, count + 1)
    spread = np.geomspace(DENSE, count, POINTS - DENSE)
    return np.unique(np.concatenate([np.arange(1, DENSE), np.round(spread).astype(np.int64)]))


def _mean_of_best(scores: Array, failed: int, n: int) -> float:
    """E max = sum of score_i (C(i, n) - C(i - 1, n)) / C(N, n), over those above the failures."""
    count = failed + len(scores)
    places = np.arange(failed, count + 1)
    usable = places >= n
    not_above = np.zeros(len(places))  # C(i, n) / C(N, n): all n are among the i lowest
    first = places[usable] - n + 1
    not_above[usable] = np.exp(_log_ratio(first, count - n + 1, n))
    shares = np.diff(not_above)
    return float(shares @ scores / shares.sum())


def _log_ratio(numerators: NDArray[np.int64], denominator: int, n: int) -> Array:
    """Log of the product over j < n of (a + j) / (b + j), of each a; to 1e-13 n at worst.

    Read off one running sum of logs: from a to a + n - 1 over from b to b + n - 1.
    """
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, denominator + n)))])
    found: Array = logs[numerators + n - 1] - logs[numerators - 1]
    found -= logs[denominator + n - 1] - logs[denominator - 1]
    return found


def _at(scores: Array, place: int) -> float | None:
    return float(scores[place]) if 0 <= place < len(scores) else None
