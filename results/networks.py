"""Networks and all of their trainings, of one or several runs together."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from results.errors import NotComparable
from results.store_file import RUN_FILE
from results.time_spent import metrics_of_all_parts
from results.training_length import training_length
from results.trial_queries import TrialQueries
from results.trial_rows import TrialSummary
from results.trial_store import TrialStore

Run = Path | TrialQueries

RERANK: Final = "rerank"  # the folder of a run's further trainings, in its directory,
TEST: Final = "test"  # and in that the folder of those that are scored on the test split, too


class Network:
    """One architecture and its trainings of the most steps that have a reward."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.trainings: list[tuple[str, TrialSummary]] = []  # with their run's path

    @property
    def rewards(self) -> list[float]:
        """Of each seed, in the order of `trainings`."""
        return [trial.reward for _, trial in self.trainings if trial.reward is not None]

    @property
    def best(self) -> tuple[str, TrialSummary]:
        """The best training of the first run that has one, with that run."""
        first = self.trainings[0][0]
        return max(
            (one for one in self.trainings if one[0] == first),
            key=lambda one: (one[1].reward, -one[1].number),
        )

    def average(self, metric: str) -> float | None:
        found = [trial.metrics[metric] for _, trial in self.trainings if metric in trial.metrics]
        return sum(found) / len(found) if found else None


def networks_of(runs: Run | Sequence[Run], *, further: bool = True) -> list[Network]:
    """Of all runs together, with their trainings of the most steps, in the order in which they
    first appear by run and trial number.

    further: with what `nas rerank` trained of each. Raises NotComparable where the longest
    trainings have two fidelities.
    """
    rows = _rows(runs, further)
    most = max((_steps(trial.fidelity) for _, trial in rows), default=0)
    longest = [row for row in rows if _steps(row[1].fidelity) == most]
    fidelities = sorted({trial.fidelity for _, trial in longest})
    if len(fidelities) > 1:
        raise NotComparable(
            f"the longest trainings are of {len(fidelities)} fidelities, {fidelities[0]} and "
            f"{fidelities[1]}, whose rewards do not compare: give runs of one"
        )
    return _grouped(longest)


def repeated_networks(runs: Run | Sequence[Run]) -> list[Network]:
    """With their trainings of the most steps that any network has two of; none where none has.

    So of a run of `nas doctor` those at the config's fidelity, not the one longer training.
    """
    rows = _rows(runs, further=True)
    for fidelity in sorted({trial.fidelity for _, trial in rows}, key=_steps, reverse=True):
        networks = _grouped([row for row in rows if row[1].fidelity == fidelity])
        if any(len(network.trainings) > 1 for network in networks):
            return networks
    return []


def _steps(fidelity: str) -> int:
    return training_length(fidelity).steps or 0


def _rows(runs: Run | Sequence[Run], further: bool) -> list[tuple[str, TrialSummary]]:
    """The trials that have a reward, with their run, and the times of all of their parts."""
    given: Sequence[Run] = [runs] if isinstance(runs, Path | TrialQueries) else runs
    rows: list[tuple[str, TrialSummary]] = []
    with ExitStack() as opened:
        for store in _stores(given, opened, further):
            summaries = store.summaries()
            whole = metrics_of_all_parts(summaries)
            rows += [
                (str(store.path), replace(trial, metrics=whole[trial.number]))
                for trial in sorted(summaries, key=lambda one: one.number)
                if trial.reward is not None
            ]
    return rows


def _grouped(rows: Sequence[tuple[str, TrialSummary]]) -> list[Network]:
    networks: dict[str, Network] = {}
    known: set[tuple[str, int]] = set()
    for run, trial in rows:
        if (trial.key, trial.seed) not in known:  # a fork has what its origin has
            known.add((trial.key, trial.seed))
            network = networks.setdefault(trial.key, Network(trial.key))
            network.trainings.append((run, trial))
    return list(networks.values())


def _stores(runs: Sequence[Run], opened: ExitStack, further: bool) -> Iterator[TrialQueries]:
    """Each run, and after all of them what `nas rerank` made of each."""
    beside: list[Path] = []
    for run in runs:
        store = opened.enter_context(_reader(run)) if isinstance(run, Path) else run
        if further and store.path.name == RUN_FILE:
            reranked = store.path.parent / RERANK
            beside += [reranked, reranked / TEST]
        yield store
    for directory in dict.fromkeys(beside):
        if (directory / RUN_FILE).exists():
            yield opened.enter_context(_reader(directory))


def _reader(run: Path) -> TrialStore:
    return TrialStore.open_read_only(run)
