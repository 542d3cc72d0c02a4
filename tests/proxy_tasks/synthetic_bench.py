"""A small spinebench file whose APs are a formula of the network, a seed's noise added."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nas.config_source import load_config
from proxy_tasks.spinebench_figures import surrogate_figures
from proxy_tasks.spinebench_file import SCORES, SpineBench, as_table, write_spinebench
from search_space import SPACES, Architecture, backbone_cost
from search_space.block_specs import to_json
from search_space.scale import BackboneScale

SPACE = SPACES["spinenet-49"]
QUICK = load_config("quick", {}).fidelity
DEFAULT = load_config("default", {}).fidelity
SEED_SD = 0.01
ABOUT: Mapping[str, Any] = {
    "fidelities": {"quick": QUICK.canonical(), "default": DEFAULT.canonical()},
    "space": "spinenet-49",
}


def members(number: int, seed: int) -> list[Architecture]:
    rng = np.random.default_rng(seed)
    return [SPACE.decode(SPACE.sample(rng)) for _ in range(number)]


def true_ap(architecture: Architecture) -> float:
    """Rises with the logarithm of parameters; about 0.3 to 0.6."""
    params = backbone_cost(architecture, BackboneScale(), 640).params
    return 0.45 + 0.3 * float(np.log(params / 25e6))


def row(
    architecture: Architecture, seed: int, fidelity: str = "quick", **other: Any
) -> dict[str, Any]:
    """Of one training, scored at step 50 too."""
    rng = np.random.default_rng([seed, int(architecture.key, 16)])
    ap = true_ap(architecture) + SEED_SD * float(rng.standard_normal())
    scores = dict.fromkeys(SCORES, 0.5) | {"AP": ap}
    on_the_way = {f"{name}_at_50": value / 2 for name, value in scores.items()}
    return {
        "key": architecture.key,
        "blocks": to_json(architecture),
        "genotype": list(SPACE.encode(architecture)),
        "seed": seed,
        "fidelity": fidelity,
        "failure": None,
        **scores,
        **on_the_way,
        **{"params": 1000, "madds": 2000, "norms": 30, "cpu_seconds": 12.5},
        **{"source": "made-up", "trial": 0},
        **other,
    }


def promised(networks: int = 600, repeated: int = 100, longer: int = 60) -> list[dict[str, Any]]:
    """Rows of a whole file: so many networks, of these with three seeds, and at `default`."""
    found = list(_drawn()[:networks])
    again = [{**one, "seed": seed} for one in found[:repeated] for seed in (7, 9)]
    return [*found, *again, *({**one, "fidelity": "default"} for one in found[:longer])]


@cache
def _drawn() -> tuple[dict[str, Any], ...]:
    on_the_way = {f"AP_at_{step}": 0.1 for step in (50, 100, 200)}
    return tuple(row(architecture, 0, **on_the_way) for architecture in members(600, 0))


def write(path: Path, networks: int = 60, repeated: int = 20, repeats: int = 1) -> SpineBench:
    """With its surrogate: so many networks of one seed, and more with three."""
    sample = members(networks, 0)
    rows = [row(architecture, 0) for architecture in sample]
    rows += [row(architecture, seed) for architecture in sample[:repeated] for seed in (7, 9)]
    bench = SpineBench.of_table(as_table(rows, ABOUT), str(path))
    about = {**ABOUT, "surrogate": surrogate_figures(bench, "quick", repeats)}
    return write_spinebench(rows, about, path)
