"""The lines of spinebench's data card: how much is there, and how good its surrogate is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from proxy_tasks.calibration import RankAgreement, network_means, rank_agreement
from proxy_tasks.errors import DataError
from proxy_tasks.held_out import numbered
from proxy_tasks.prediction_figures import PredictionFigures
from proxy_tasks.spinebench_file import SpineBench


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
    """Lines for docs/spinebench.md. Raises DataError for a file that is not whole."""
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
    try:
        return [*lines, *_surrogate_lines(bench.about.get("surrogate"))]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{bench.path} does not say how good its surrogate is: pack it again"
        ) from error


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
    better = RankAgreement(**held["kendall_better_half"])
    lines = [
        f"surrogate of {said['fidelity']}: {held['repeats']} x 10 folds of {held['networks']} "
        f"networks, {held['trainings']} trainings",
        f"  held out, of all sources together: {_figures(held)}; of the better half tau "
        f"{better.tau:.3f} [{better.low:.3f}, {better.high:.3f}]",
    ]
    for part, what in (
        ("by_source", "held out, of {} alone"),
        ("left_out", "fitted to all sources but {}, of it"),
    ):
        lines += [f"  {what.format(name)}: {_figures(one)}" for name, one in said[part].items()]
    lines += [
        f"  predictive intervals hold: {coverage}",
        f"  PIT in tenths: {', '.join(f'{share:.3f}' for share in held['pit'])}",
    ]
    for name, what in (("missed", "held-out error"), ("seed", "SD of a seed")):
        points = zip(said[name]["at"], said[name]["sd"], strict=True)
        lines.append(f"  {what} by AP: " + ", ".join(f"{ap:.2f}: {sd:.4f}" for ap, sd in points))
    if said["seeds"] is not None:
        lines.append(f"  two seeds of a network: {_tau(said['seeds'])}")
    return lines


def _figures(document: Mapping[str, Any]) -> str:
    found = PredictionFigures.from_dict(document)
    tau, explained, rmse = found.kendall, found.explained, found.rmse
    return (
        f"tau {tau.tau:.3f} [{tau.low:.3f}, {tau.high:.3f}], R^2 {explained.value:.3f} "
        f"[{explained.low:.3f}, {explained.high:.3f}], RMSE {rmse.value:.4f} "
        f"[{rmse.low:.4f}, {rmse.high:.4f}] over {found.networks} networks"
    )


def _tau(found: Mapping[str, Any]) -> str:
    tau = found["kendall"]
    return (
        f"tau {tau['tau']:.3f} [{tau['low']:.3f}, {tau['high']:.3f}] over {found['networks']} "
        "networks"
    )
