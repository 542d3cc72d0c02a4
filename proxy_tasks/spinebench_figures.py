"""How good spinebench's surrogate is, found when a file is packed."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.calibration import calibration, network_means, rank_agreement
from proxy_tasks.errors import DataError
from proxy_tasks.held_out import HeldOut, hold_out, numbered
from proxy_tasks.prediction_figures import PredictionFigures, prediction_figures
from proxy_tasks.reward_regression import RewardRegression
from proxy_tasks.spinebench_file import SpineBench
from proxy_tasks.spinebench_surrogate import learnable
from proxy_tasks.spread import Spread, seed_spread

Array = NDArray[np.float64]

REPEATS = 5
FEWEST = 50  # networks that a surrogate takes
FEWEST_OF_SOURCE = 20  # networks of a source that figures are told of
SEED_SD = 0.02  # of an AP on `quick`, where no network has two trainings


def surrogate_figures(bench: SpineBench, fidelity: str, repeats: int = REPEATS) -> dict[str, Any]:
    """What `SpineBenchSurrogate` needs of a file, and what is known of it, for JSON.

    Held-out figures are of `repeats` x 10 folds of networks, in each of which everything is
    fitted anew. `by_source` has them of the networks of each source alone, `left_out` those of a
    regression that knew none of the source's networks: the case of a search that was not yet run.
    Raises DataError where the file has fewer than 50 networks of the fidelity.
    """
    features, rewards, keys = learnable(bench, fidelity)
    if len(set(keys)) < FEWEST:
        raise DataError(
            f"{bench.path} has {len(set(keys))} networks of its space with an AP at {fidelity}: a "
            f"surrogate takes {FEWEST}"
        )
    found = hold_out(features, rewards, keys, 0, repeats)
    sources = network_sources(bench)
    of_source = np.array([sources[key] for key in keys])
    squares = (rewards - found.predicted) ** 2
    each = np.full(squares.size, 1 / repeats)
    seed = seed_spread(rewards, found.network)
    return {
        "fidelity": fidelity,
        "scale": asdict(RewardRegression(features, rewards, 0).scale),
        "missed": Spread.fit(found.predicted.ravel(), squares.ravel(), each).as_dict(),
        "seed": (seed or Spread((0.0,), (SEED_SD,))).as_dict(),
        "held_out": {"repeats": repeats, **_held_out(found)},
        "by_source": {
            name: _part(found, of_source == name).as_dict() for name in _told(of_source, keys)
        },
        "left_out": _left_out(features, rewards, keys, of_source),
        "seeds": seed_agreement(bench, fidelity),
    }


def network_sources(bench: SpineBench) -> dict[str, str]:
    """Of each network by key, the run of its first training in the file: who found it.

    A search comes before what trained its networks again.
    """
    found: dict[str, str] = {}
    for key, source in zip(bench.columns["key"], bench.columns["source"], strict=True):
        found.setdefault(key, source)
    return found


def _told(of_source: NDArray[np.str_], keys: list[str]) -> list[str]:
    """Sources of enough networks, in the order of the file."""
    networks = dict(zip(keys, of_source.tolist(), strict=True))
    counts = dict.fromkeys(networks.values(), 0)
    for name in networks.values():
        counts[name] += 1
    return [name for name, count in counts.items() if count >= FEWEST_OF_SOURCE]


def _part(found: HeldOut, chosen: NDArray[np.bool_]) -> PredictionFigures:
    return prediction_figures(
        found.measured[chosen], found.predicted[:, chosen], found.network[chosen]
    )


def _left_out(
    features: Array, rewards: Array, keys: list[str], of_source: NDArray[np.str_]
) -> dict[str, Any]:
    """By source: fitted to the networks of all others, where these are enough for a surrogate."""
    network = numbered(keys)
    figures = {}
    for name in _told(of_source, keys):
        out = of_source == name
        if len(np.unique(network[~out])) < FEWEST:
            continue
        predicted = RewardRegression(features[~out], rewards[~out], 0).predict(features[out])
        figures[name] = prediction_figures(rewards[out], predicted[None], network[out]).as_dict()
    return figures


def _held_out(found: HeldOut) -> dict[str, Any]:
    measured = network_means(found.measured, found.network)
    predicted = network_means(found.predicted, found.network)
    better = measured >= np.median(measured)
    calibrated = calibration(found)
    return {
        **_part(found, np.ones(len(found.measured), np.bool_)).as_dict(),
        "kendall_better_half": asdict(rank_agreement(measured[better], predicted[:, better])),
        "coverage": {f"{level:g}": share for level, share in calibrated.coverage.items()},
        "pit": list(calibrated.pit),
    }


def seed_agreement(bench: SpineBench, fidelity: str) -> dict[str, Any] | None:
    """Kendall's tau of two seeds of the same networks; None where fewer than three have two.

    No prediction of one training does better, but by what it knows of its seed. Of networks with
    more seeds the first two in the file count.
    """
    aps: dict[str, list[float]] = {}
    columns = bench.columns
    for key, name, ap in zip(columns["key"], columns["fidelity"], columns["AP"], strict=True):
        if name == fidelity and ap is not None:
            aps.setdefault(key, []).append(ap)
    pairs = np.array([found[:2] for found in aps.values() if len(found) > 1]).reshape(-1, 2)
    if len(pairs) < 3:
        return None
    return {
        "networks": len(pairs),
        "kendall": asdict(rank_agreement(pairs[:, 0], pairs[None, :, 1])),
    }
