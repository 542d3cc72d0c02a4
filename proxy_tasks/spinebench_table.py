"""Real trainings as a task: what was measured of a network is looked up."""

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from proxy_tasks.errors import CandidateFailure, InvalidRecipe
from proxy_tasks.spinebench_file import COSTS, SCORES, TIMES, SpineBench, read_spinebench
from search_space import Architecture
from search_space.block_specs import from_json


class SpineBenchTable:
    """The trainings of spinebench, network by network.

        table = SpineBenchTable()
        for network in table.networks():
            table.evaluate(network, seed=0)["AP"]    # of a real training

    A seed is that of a recorded training of the network, or else chooses one of them: the same
    for all steps of it. Times are only of whole trainings.

    Args:
        file: of benchmarks/spinebench.py; empty: the one in the package.
        fidelity: what `evaluate` answers for, a name of the file.

    Raises:
        DataError: no such file. InvalidRecipe: no such fidelity in it.
    """

    METRICS: ClassVar[tuple[str, ...]] = (*SCORES, *COSTS, *TIMES)

    def __init__(self, file: str = "", fidelity: str = "quick") -> None:
        self._bench = read_spinebench(Path(file) if file else None)
        check_known(self._bench, fidelity)
        self._end = self._bench.fidelities[fidelity].canonical()
        columns = self._bench.columns
        self._rows: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for row, where in enumerate(zip(columns["key"], columns["fidelity"], strict=True)):
            self._rows[where][columns["seed"][row]] = row
        self._named = lru_cache(maxsize=64)(self._bench.named)

    def networks(self, fidelity: str = "quick") -> list[Architecture]:
        """Those that have a training of this name, failed ones too, in the order of the file."""
        found = (rows for (_, name), rows in self._rows.items() if name == fidelity)
        blocks = self._bench.columns["blocks"]
        return [from_json(blocks[next(iter(rows.values()))]) for rows in found]

    def seeds(self, architecture: Architecture, fidelity: str = "quick") -> tuple[int, ...]:
        """Of its trainings, rising; none for a network that is not in the file."""
        return tuple(sorted(self._rows.get((architecture.key, fidelity), ())))

    def check_fidelity(self, fidelity: str) -> None:
        """Raises InvalidRecipe for one that is not in the file."""
        self._named(fidelity)

    def evaluate(self, architecture: Architecture, seed: int) -> dict[str, float]:
        """At the end. Raises CandidateFailure for a network that is not there, or that failed."""
        return self.evaluate_at(architecture, seed, self._end)

    def evaluate_at(
        self,
        architecture: Architecture,
        seed: int,
        fidelity: str,
        *,
        resume: Path | None = None,
        pause: Path | None = None,
    ) -> dict[str, float]:
        """After the fidelity's last step. Nothing to pause. Raises InvalidRecipe too."""
        name, step = self._named(fidelity)
        row = self._row(architecture, seed, name)
        columns = self._bench.columns
        failure = columns["failure"][row]
        if failure is not None:
            raise CandidateFailure(
                f"network {architecture.key} failed when it was trained for spinebench: {failure}"
            )
        whole = step == self._bench.fidelities[name].last_step
        ending = "" if whole else f"_at_{step}"
        found = {score: columns[f"{score}{ending}"][row] for score in SCORES}
        if found["AP"] is None:
            raise CandidateFailure(
                f"network {architecture.key} was not scored at step {step} of {name}, seed "
                f"{columns['seed'][row]}"
            )
        found |= {name: columns[name][row] for name in (*COSTS, *(TIMES if whole else ()))}
        return {name: float(value) for name, value in found.items() if value is not None}

    def _row(self, architecture: Architecture, seed: int, name: str) -> int:
        known = self._rows.get((architecture.key, name))
        if known is None:
            # Most candidates of a search: the line is short, and the same for all of them.
            raise CandidateFailure('not in the table: try by = "surrogate"')
        if seed in known:
            return known[seed]
        return known[sorted(known)[seed % len(known)]]


def check_known(bench: SpineBench, fidelity: str) -> None:
    """Raises InvalidRecipe for a name that the file does not have."""
    if fidelity not in bench.fidelities:
        raise InvalidRecipe(
            f"fidelity {fidelity!r} is not in {bench.path}: choose from "
            f"{', '.join(bench.fidelities)}"
        )
