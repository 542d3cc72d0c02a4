"""The figures of spinebench's data card: how much is there, and how good its surrogate is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proxy_tasks.calibration import calibration, network_means, rank_agreement
from proxy_tasks.errors import DataError
from proxy_tasks.held_out import HeldOut, hold_out, numbered
from proxy_tasks.reward_regression import RewardRegression
from proxy_tasks.spinebench_file import SpineBench
from proxy_tasks.spinebench_surrogate import learnable
from proxy_tasks.spread import Spread, seed_spread

Array = NDArray[np.float64]

REPEATS = 5
FEWEST = 50  # networks
SEED_SD = 0.02  # of an AP on `quick`, where no network has two trainings


def surrogate_figures(bench: SpineBench, fidelity: str, repeats: int = REPEATS) -> dict[str, Any]:
    """What `SpineBenchSurrogate` needs of a file, and what is known of it, for JSON.

    Held-out figures are of `repeats` x 10 folds of networks. Raises DataError where the file has
    fewer than 50 networks of the fidelity.
    """
    features, rewards, keys = learnable(bench, fidelity)
    if len(set(keys)) < FEWEST:
        raise DataError(
            f"{bench.path} has {len(set(keys))} networks of its space with an AP at {fidelity}: a "
            f"surrogate takes {FEWEST}"
        )
    scale = RewardRegression(features, rewards, 0).scale
    found = hold_out(features, rewards, keys, 0, repeats, scale)
    squares = (rewards - found.predicted) ** 2
    each = np.full(squares.size, 1 / repeats)
    seed = seed_spread(rewards, found.network)
    return {
        "fidelity": fidelity,
        "scale": asdict(scale),
        "missed": Spread.fit(found.predicted.ravel(), squares.ravel(), each).as_dict(),
        "seed": (seed or Spread((0.0,), (SEED_SD,))).as_dict(),
        "held_out": {"repeats": repeats, **_held_out(found)},
        "seeds": seed_agreement(bench, fidelity),
    }


def _held_out(found: HeldOut) -> dict[str, Any]:
    measured = network_means(found.measured, found.network)
    predicted = network_means(found.predicted, found.network)
    better = measured >= np.median(measured)
    calibrated = calibration(found)
    missed = np.mean((found.measured - found.predicted) ** 2)
    return {
        "networks": len(measured),
        "trainings": len(found.measured),
        "kendall": asdict(rank_agreement(measured, predicted)),
        "kendall_better_half": asdict(rank_agreement(measured[better], predicted[:, better])),
        "explained": float(1 - missed / found.measured.var()),
        "rmse": float(np.sqrt(missed)),
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


def step_agreement(bench: SpineBench, fidelity: str) -> dict[int, float]:
    """Kendall's tau of the AP at each step on the way with that at the end of the same training."""
    columns = bench.columns
    found = {}
    for step in bench.steps(fidelity)[:-1]:
        pairs = [
            (end, part)
            for name, end, part in zip(
                columns["fidelity"], columns["AP"], columns[f"AP_at_{step}"], strict=True
            )
            if name == fidelity and end is not None and part is not None
        ]
        if len(pairs) > 2:
            ends, parts = np.array(pairs).T
            found[step] = rank_agreement(ends, parts[None]).tau
    return found


def fidelity_agreement(bench: SpineBench, short: str, long: str) -> dict[str, Any] | None:
    """Kendall's tau of the networks' mean APs at two fidelities; None for fewer than three."""
    means: dict[str, dict[str, float]] = {}
    for name in (short, long):
        columns = bench.columns
        rows = [
            (key, ap)
            for key, fidelity, ap in zip(
                columns["key"], columns["fidelity"], columns["AP"], strict=True
            )
            if fidelity == name and ap is not None
        ]
        if not rows:
            return None
        network = numbered([key for key, _ in rows])
        averages = network_means(np.array([ap for _, ap in rows]), network)
        means[name] = dict(zip(dict.fromkeys(key for key, _ in rows), averages, strict=True))
    both = [key for key in means[short] if key in means[long]]
    if len(both) < 3:
        return None
    first, second = (np.array([means[name][key] for key in both]) for name in (short, long))
    return {"networks": len(both), "kendall": asdict(rank_agreement(first, second[None]))}


def card(bench: SpineBench) -> list[str]:
    """Lines for docs/spinebench.md."""
    columns = bench.columns
    lines = [f"{len(bench)} trainings of {len(set(columns['key']))} networks"]
    if bench.about.get("preliminary"):
        lines.append("preliminary: a file with all of its trainings is to replace it")
    for name in bench.fidelities:
        keys = [
            key
            for key, fidelity in zip(columns["key"], columns["fidelity"], strict=True)
            if fidelity == name
        ]
        seeds = Counter(Counter(keys).values())
        of_seeds = ", ".join(f"{count} with {seed}" for seed, count in sorted(seeds.items()))
        failed = sum(
            failure is not None
            for failure, fidelity in zip(columns["failure"], columns["fidelity"], strict=True)
            if fidelity == name
        )
        steps = ", ".join(map(str, bench.steps(name)))
        lines.append(
            f"{name}: {len(keys)} trainings of {len(set(keys))} networks; by number of seeds: "
            f"{of_seeds or 'none'}; {failed} failed; scored at steps {steps}"
        )
        if keys:
            lines += _quantiles(bench, name)
            lines += [
                f"  step {step}: tau {tau:.3f} with the end"
                for step, tau in step_agreement(bench, name).items()
            ]
    names = [*bench.fidelities]
    if len(names) > 1 and (both := fidelity_agreement(bench, *names[:2])) is not None:
        lines.append(f"{names[0]} and {names[1]}: {_tau(both)}")
    return [*lines, *_surrogate_lines(bench.about.get("surrogate"))]


def _quantiles(bench: SpineBench, name: str) -> list[str]:
    columns = bench.columns
    rows = [row for row, fidelity in enumerate(columns["fidelity"]) if fidelity == name]
    found = []
    for column in ("AP", "AP50", "cpu_seconds"):
        values = [columns[column][row] for row in rows if columns[column][row] is not None]
        if values:
            quantiles = np.quantile(values, [0, 0.1, 0.5, 0.9, 1])
            said = ", ".join(f"{value:.3f}" for value in quantiles)
            found.append(f"  {column}: least, 10 %, median, 90 %, most: {said}")
    return found


def _surrogate_lines(said: Mapping[str, Any] | None) -> list[str]:
    if said is None:
        return ["no surrogate: too few networks"]
    held = said["held_out"]
    coverage = ", ".join(f"{float(k):.0%} {share:.1%}" for k, share in held["coverage"].items())
    lines = [
        f"surrogate of {said['fidelity']}: {held['repeats']} x 10 folds of {held['networks']} "
        f"networks, {held['trainings']} trainings",
        f"  held out: {_tau({'networks': held['networks'], 'kendall': held['kendall']})}; of the "
        f"better half {held['kendall_better_half']['tau']:.3f} "
        f"[{held['kendall_better_half']['low']:.3f}, {held['kendall_better_half']['high']:.3f}]; "
        f"R^2 {held['explained']:.3f}, RMSE {held['rmse']:.4f}",
        f"  predictive intervals hold: {coverage}",
        f"  PIT in tenths: {', '.join(f'{share:.3f}' for share in held['pit'])}",
    ]
    for name, what in (("missed", "held-out error"), ("seed", "SD of a seed")):
        points = zip(said[name]["at"], said[name]["sd"], strict=True)
        lines.append(f"  {what} by AP: " + ", ".join(f"{ap:.2f}: {sd:.4f}" for ap, sd in points))
    if said["seeds"] is not None:
        lines.append(f"  two seeds of a network: {_tau(said['seeds'])}")
    return lines


def _tau(found: Mapping[str, Any]) -> str:
    tau = found["kendall"]
    return (
        f"tau {tau['tau']:.3f} [{tau['low']:.3f}, {tau['high']:.3f}] over {found['networks']} "
        "networks"
    )
