"""How many architectures a second one core samples, mutates, crosses and prices.

    python benchmarks/space.py [--seconds 3] [--seed 0]

CPU time, one thread. With PyGlove (`pip install 'spinenas[scorecard]'`), also how fast its random
search and regularized evolution propose members of the same space: R0-SP53's blocks with level
offsets, types and a window of 5, in the decisions of Google's released encoder. PyGlove's figures
are for its proposals alone, ours for networks that have been decoded and named by their key.
"""

import argparse
import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from search_space import BackboneScale, Genotype, SpineNetSpace, backbone_costs

INTERMEDIATES = (2, 3, 3, 3, 4, 4, 4, 4, 4, 5)
OUTPUTS = (3, 4, 5, 6, 7)
POPULATION, EVOLVED = 50, 40


def rate(step: Callable[[], object], seconds: float) -> tuple[float, int]:
    """Calls per CPU second, and how many were made."""
    step()  # tables are made once
    calls, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        step()
        calls += 1
    return calls / (time.process_time() - started), calls


def ours(seconds: float, seed: int) -> None:
    space, rng = SpineNetSpace(), np.random.default_rng(seed)
    genotypes = [space.sample(rng) for _ in range(500)]
    architectures = [space.decode(genotype) for genotype in genotypes]

    def parent() -> Genotype:
        return genotypes[int(rng.integers(len(genotypes)))]

    rows = {
        "sample, decode, key": lambda: space.decode(space.sample(rng)).key,
        "mutate (another key)": lambda: space.mutate(parent(), rng),
        "crossover (another key)": lambda: space.crossover(parent(), parent(), rng),
        "rank and unrank": lambda: space.unrank(space.rank(parent())),
    }
    for name, step in rows.items():
        found, calls = rate(step, seconds)
        print(f"{name:28} {found:10,.0f} /s   ({calls:,} calls)")
    scale = BackboneScale()
    found, calls = rate(lambda: backbone_costs(architectures, scale, 640), seconds)
    each = len(architectures)
    print(f"{'cost of decoded networks':28} {found * each:10,.0f} /s   ({calls * each:,} networks)")


def pyglove(seed: int) -> None:
    import pyglove as pg  # type: ignore[import-not-found]

    def block(visible: list[int], **decisions: object) -> object:
        inputs = pg.manyof(2, visible, distinct=True, sorted=True)
        return pg.Dict(block_fn=pg.oneof(["bottleneck", "residual"]), inputs=inputs, **decisions)

    first_output = 2 + len(INTERMEDIATES)
    space = pg.Dict(
        intermediates=[
            block(list(range(max(0, feature - 5), feature)), offset=pg.oneof([-1, 0, 1, 2]))
            for feature in range(2, first_output)
        ],
        order=pg.permutate(list(range(len(INTERMEDIATES)))),
        outputs=[block(list(range(first_output + i))) for i in range(len(OUTPUTS))],
        output_order=pg.permutate(list(OUTPUTS)),
    )
    started = time.process_time()
    proposed = sum(1 for _ in pg.random_sample(space, num_examples=EVOLVED, seed=seed))
    print(f"{'PyGlove: random':28} {proposed / (time.process_time() - started):10,.1f} /s")
    rng = np.random.default_rng(seed)
    algorithm = pg.evolution.regularized_evolution(population_size=POPULATION, tournament_size=10)
    proposals = pg.sample(space, algorithm, num_examples=POPULATION + EVOLVED)
    for number, (_, feedback) in enumerate(proposals):
        if number == POPULATION:  # from here on it mutates
            started = time.process_time()
        feedback(float(rng.random()))
    seconds = time.process_time() - started
    print(
        f"{'PyGlove: evolution':28} {EVOLVED / seconds:10,.1f} /s   ({EVOLVED} in {seconds:.1f} s)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="CPU time for each figure")
    parser.add_argument("--seed", type=int, default=0)
    known = parser.parse_args()
    ours(known.seconds, known.seed)
    if find_spec("pyglove"):
        pyglove(known.seed)
    else:
        print("PyGlove is not installed: pip install 'spinenas[scorecard]'")


if __name__ == "__main__":
    main()
