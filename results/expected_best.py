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
    logs = _running_logs(2 * count + 2)
    first, last = failed + 1, count  # places from below, failures lowest
    expected, low, high = [], [], []
    for n in sizes.tolist():
        expected.append(_mean_of_best(scores, failed, n, logs))
        # Of each place P(all n new ones are not above), which rises with it.
        reach = _log_ratio(first, last, count + 1, n, logs)
        low.append(_at(scores, int(np.searchsorted(reach, np.log(OUTSIDE), "right")) - 1))
        high.append(_at(scores, int(np.searchsorted(reach, np.log(1 - OUTSIDE), "left"))))
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


def _mean_of_best(scores: Array, failed: int, n: int, logs: Array) -> float:
    """E max = sum of score_i (C(i, n) - C(i - 1, n)) / C(N, n), over those above the failures."""
    count = failed + len(scores)
    not_above = np.zeros(len(scores) + 1)  # C(i, n) / C(N, n): all n are among the i lowest
    least = max(failed, n)
    ratio = _log_ratio(least - n + 1, count - n + 1, count - n + 1, n, logs)
    not_above[least - failed :] = np.exp(ratio)
    shares = np.diff(not_above)
    return float(shares @ scores / shares.sum())


def _running_logs(most: int) -> Array:
    """Sums of the logs of the numbers below each place, up to that of `most`."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most)))])


def _log_ratio(first: int, last: int, denominator: int, n: int, logs: Array) -> Array:
    """Log of the product over j < n of (a + j) / (b + j), of each a from `first` to `last`; to
    1e-13 n at worst.

    Read off one running sum of logs: from a to a + n - 1 over from b to b + n - 1.
    """
    found: Array = logs[first + n - 1 : last + n] - logs[first - 1 : last]
    found -= logs[denominator + n - 1] - logs[denominator - 1]
    return found


def _at(scores: Array, place: int) -> float | None:
    return float(scores[place]) if 0 <= place < len(scores) else None
