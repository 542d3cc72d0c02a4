"""Whether intervals of "which decisions matter" hold the truth, on rewards whose truth is known.

    python benchmarks/decisions.py                # 45 CPU minutes
    python benchmarks/decisions.py --quick        # 5 CPU minutes

Architectures are real ones of `SpineNetSpace`, costs those of SpineNet-49's widths; the reward is
made of what an architecture is like, and noise. Of candidates, the truth is the share in 12,000 of
them; of the steps of an evolution, the share among new mutants of the very parents that it had.
A row: lowest, mean and highest coverage over seven decisions of 90 and 95 % intervals, how often at
least one decision "matters" that explains less than half a per cent beyond cost, and how often one
does that explains more than a tenth.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from controllers import RegularizedEvolution
from results.decision_effects import LEAST, SURE, Observed
from results.explained import Explained, explained, fit
from results.observed_decisions import of_candidates, of_steps
from search_space import Architecture, BackboneScale, Genotype, SpineNetSpace, backbone_cost
from search_space.traits import TRAITS, traits

Array = NDArray[np.float64]

SPACE, SCALE = SpineNetSpace(), BackboneScale()
NAMES = [name for group in TRAITS.values() for name in group]
ENDS = np.cumsum([len(group) for group in TRAITS.values()]).tolist()
GROUPS = [slice(end - len(group), end) for end, group in zip(ENDS, TRAITS.values(), strict=True)]
POOL, MUTANTS, POPULATION, TOURNAMENT = 12_000, 8, 30, 8
SIZES = {"candidates": (40, 100, 400), "steps": (150, 300)}
Z90, Z95 = 1.644854, 1.959964


@dataclass(frozen=True, slots=True)
class Landscape:
    """A reward as a function of traits, [n, p], and costs, [n, 2], and its noise.

    `inherited`: SD of what else uniform candidates have; children take it over, with changes of a
    third of it.
    """

    mean: Callable[[Array, Array], Array]
    noise: Callable[[np.random.Generator, int], Array]
    inherited: float = 0.0


def _number(numbers: Array, name: str) -> Array:
    found: Array = numbers[:, NAMES.index(name)]
    return found


def _lost(numbers: Array, _: Array) -> Array:
    return -0.1 * np.minimum(_number(numbers, "detail loss in levels"), 3)


def _priced(_: Array, costs: Array) -> Array:
    found: Array = 0.5 * np.tanh(2 * (np.log(costs[:, 0]) - 24.5))
    return found


def _tied_to_cost(numbers: Array, _: Array) -> Array:
    fine, light = _number(numbers, "blocks at level 3"), _number(numbers, "residual blocks")
    return 0.03 * (fine - light)


def _mixed(numbers: Array, costs: Array) -> Array:
    crooked = np.abs(_number(numbers, "steps to a coarser level") - 4)
    far = _number(numbers, "mean distance of a parent")
    return 0.4 * _lost(numbers, costs) + 0.2 * _priced(numbers, costs) + 0.03 * far + 0.02 * crooked


def _normal(rng: np.random.Generator, n: int) -> Array:
    return 0.05 * rng.normal(size=n)


def _long_tailed(rng: np.random.Generator, n: int) -> Array:
    found: Array = 0.05 * rng.standard_t(4, size=n) / np.sqrt(2)
    return found


def _nothing(numbers: Array, _: Array) -> Array:
    return np.zeros(len(numbers))


LANDSCAPES = {
    "noise": Landscape(_nothing, _normal),
    "cost, S-shaped": Landscape(_priced, _normal),
    "detail loss": Landscape(_lost, _normal),
    "tied to cost": Landscape(_tied_to_cost, _normal),
    "mixed": Landscape(_mixed, _normal),
    "mixed, noise t(4)": Landscape(_mixed, _long_tailed),
}
BRED = {
    "noise": LANDSCAPES["noise"],
    "inherited, of no decision": Landscape(_nothing, _normal, 0.1),
    "cost, S-shaped": LANDSCAPES["cost, S-shaped"],
    "detail loss": LANDSCAPES["detail loss"],
    "mixed": LANDSCAPES["mixed"],
}


def _cost(architecture: Architecture) -> tuple[float, float]:
    cost = backbone_cost(architecture, SCALE, 640)
    return float(cost.madds), float(cost.params)


def _errors(columns: Array, values: Array) -> float:
    """Mean squared error of least squares: an oracle that shares no code with what is judged."""
    design = np.column_stack([np.ones(len(values)), columns])
    scaled = design / np.maximum(np.abs(design).max(0), 1e-300)
    found = values - scaled @ np.linalg.lstsq(scaled, values, rcond=1e-12)[0]
    return float(found @ found) / len(values)


def _wanted(seen: Observed) -> Iterator[tuple[Array, Array]]:
    """Baseline and numbers of each share: cost, all, seven beyond cost, seven alone."""
    priced = np.hstack([seen.baseline, seen.cost])
    yield seen.baseline, seen.cost
    yield seen.baseline, np.hstack([seen.cost, seen.numbers])
    for base in (priced, seen.baseline):
        for group in GROUPS:
            yield base, seen.numbers[:, group]


def truth(large: Observed, noise: float) -> Array:
    """Shares of the variance, that of the noise included; rewards of `large` are without it."""
    whole = _errors(large.baseline, large.rewards) + noise
    found = [
        _errors(base, large.rewards) - _errors(np.hstack([base, more]), large.rewards)
        for base, more in _wanted(large)
    ]
    return np.array(found) / whole


def judged(seen: Observed) -> Array:
    """Bounds of 90 and 95 % of each share, and the sure one: [16, 5]; missing where unmeasured."""
    whole, rows = fit(seen.baseline, seen.rewards), []
    for base, numbers in _wanted(seen):
        found = explained(whole, fit(base, seen.rewards), numbers, seen.clusters)
        deviates = (Z90, -Z90, Z95, -Z95, SURE)
        known = [found.bound(z) for z in deviates] if isinstance(found, Explained) else [np.nan] * 5
        rows.append(known)
    return np.array(rows)


@cache
def _pool() -> tuple[list[Architecture], Array, Array]:
    """Uniform candidates, their traits and their costs."""
    rng = np.random.default_rng(99)
    pool = [SPACE.decode(SPACE.sample(rng)) for _ in range(POOL)]
    numbers = np.array([traits(one) for one in pool])
    return pool, numbers, np.array([_cost(one) for one in pool])


def candidates(land: Landscape, n: int, repeats: int) -> list[tuple[Array, Array]]:
    pool, numbers, costs = _pool()
    mean, rng = land.mean(numbers, costs), np.random.default_rng(7)
    noise = float(land.noise(rng, 10**6).var())
    shares = truth(of_candidates(pool, costs, mean, np.arange(POOL)), noise)
    found = []
    for _ in range(repeats):
        drawn = rng.choice(POOL, n, replace=False)
        rewards = mean[drawn] + land.noise(rng, n)
        built = [pool[one] for one in drawn]
        found.append((shares, judged(of_candidates(built, costs[drawn], rewards, np.arange(n)))))
    return found


@dataclass(slots=True)
class Bred:
    """What an evolution has trained; `inherited` goes to a child with a change."""

    genotypes: list[Genotype]
    built: list[Architecture]
    costs: list[tuple[float, float]]
    inherited: list[float]
    rewards: list[float]
    edges: list[tuple[int, int]]


def evolution(land: Landscape, n: int, seed: int) -> Bred:
    controller = RegularizedEvolution(SPACE, seed, POPULATION, TOURNAMENT)
    rng, places, run = np.random.default_rng(seed), dict[str, int](), Bred([], [], [], [], [], [])
    while len(run.built) < n:
        genotype = controller.propose()
        architecture = SPACE.decode(genotype)
        place = places.setdefault(architecture.key, len(run.built))
        if place == len(run.built):
            parents = [places[SPACE.decode(one).key] for one in controller.parents]
            run.edges += [(place, parent) for parent in parents]
            change = land.inherited * rng.normal()
            run.inherited.append(run.inherited[parents[0]] + change / 3 if parents else change)
            run.genotypes.append(genotype)
            run.built.append(architecture)
            run.costs.append(_cost(architecture))
            mean = land.mean(traits(architecture)[None], np.array(run.costs[-1:]))[0]
            run.rewards.append(float(mean + run.inherited[-1] + land.noise(rng, 1)[0]))
        controller.observe(genotype, run.rewards[place])
    return run


def steps(land: Landscape, n: int, repeats: int) -> list[tuple[Array, Array]]:
    found = []
    for seed in range(repeats):
        run, rng = evolution(land, n, seed), np.random.default_rng([seed, 1])
        parents = [parent for _, parent in run.edges]
        mutants = [(_mutant(run, parent, rng), parent) for parent in parents * MUTANTS]
        built = [*run.built, *(one for one, _ in mutants)]
        costs = np.array([*run.costs, *(_cost(one) for one, _ in mutants)])
        children = np.arange(n, len(built))
        mean = land.mean(np.array([traits(one) for one, _ in mutants]), costs[n:])
        mean += np.array(run.inherited)[[parent for _, parent in mutants]]
        rewards = np.concatenate([run.rewards, mean])
        edges = np.column_stack([children, [parent for _, parent in mutants]])
        noise = float(land.noise(rng, 10**6).var()) + (land.inherited / 3) ** 2
        seen = of_steps(run.built, costs[:n], np.array(run.rewards), np.array(run.edges))
        found.append((truth(of_steps(built, costs, rewards, edges), noise), judged(seen)))
    return found


def _mutant(run: Bred, parent: int, rng: np.random.Generator) -> Architecture:
    """Another network than its parent."""
    while True:
        found = SPACE.decode(SPACE.mutate(run.genotypes[parent], rng))
        if found.key != run.built[parent].key:
            return found


def line(found: list[tuple[Array, Array]]) -> str:
    shares = np.array([one for one, _ in found])
    bounds = np.array([one for _, one in found])
    texts = []
    for low, high in ((0, 1), (2, 3)):
        known = np.isfinite(bounds[:, :, low]).any(0)
        inside = (bounds[:, :, low] <= shares + 1e-9) & (shares <= bounds[:, :, high] + 1e-9)
        held = np.where(known, 100 * inside.mean(0), np.nan)
        for part in (held[2:9], held[9:], held[:1], held[1:2]):
            span = f"{part.min():.0f} {part.mean():.0f} {part.max():.0f}"
            texts.append(f"{span if len(part) > 1 else f'{part[0]:.0f}':>9}")
    surely, beyond = bounds[:, 2:9, 4] > LEAST, shares[:, 2:9]
    alarms = (surely & (beyond < LEAST)).any(1).mean()
    large = beyond > 0.1
    power = f"{100 * surely[large].mean():.0f}" if large.any() else ""
    return "".join(texts) + f"{100 * alarms:8.1f} {power:>6}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=1000, help="samples of candidates")
    parser.add_argument("--evolutions", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="100 samples, 10 evolutions")
    known = parser.parse_args()
    samples, evolutions = (100, 10) if known.quick else (known.repeats, known.evolutions)
    titles = [f"{n} {what}" for n in (90, 95) for what in ("beyond", "alone", "cost", "all")]
    print(f"{'':44}" + "".join(f"{title:>9}" for title in titles) + "  alarms  power")
    for design, lands, draw, repeats in (
        ("candidates", LANDSCAPES, candidates, samples),
        ("steps", BRED, steps, evolutions),
    ):
        for n in SIZES[design]:
            for name, land in lands.items():
                row = line(draw(land, n, repeats))
                print(f"{design:11} {n:5} {name:26}{row}", flush=True)
    print(f"{time.process_time():.0f} s of CPU")


if __name__ == "__main__":
    main()
