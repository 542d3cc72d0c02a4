"""Networks and all of their trainings, of one or several runs together."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from results.errors import NotComparable
from results.reranked import check_reranked, origin
from results.several_runs import refuse_texts
from results.store_file import RUN_FILE
from results.trial_queries import TrialQueries
from results.trial_store import TrialStore
from results.trial_table import whole_table

Run = Path | TrialQueries
Array = NDArray[np.float64]
Places = NDArray[np.int64]

RERANK: Final = "rerank"  # the folder of a run's further trainings, in its directory,
TEST: Final = "test"  # and in that the folder of those that are scored on the test split, too
NEEDED: Final = ("trial", "key", "seed", "reward", "AP", "steps", "fidelity")
# What networks are measured by besides; of seeds the mean.
MEASURED: Final = ("params", "madds", "latency_ms", "seconds", "cpu_seconds", "test_AP")


@dataclass(frozen=True, slots=True)
class Network:
    """One architecture and its trainings.

    Args:
        rewards: of each seed.
        trial: number of the best training in the first run that has one.
    """

    key: str
    rewards: Sequence[float]
    trial: int


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """In the order in which they first appear by run and trial number.

    Args:
        trainings: rows of leaderboards, by run and number, each evaluation once; `run` is a place
            in `runs`.
        of: `[trainings]`, the network of each.
        runs: their directories, as they were given.
    """

    trainings: pd.DataFrame
    of: Places
    runs: Sequence[str]

    @property
    def seeds(self) -> Places:
        """How many trainings each network has: [networks]."""
        return np.bincount(self.of)

    def rewards(self) -> list[Array]:
        """Of each network, by run and number."""
        rewards = self.trainings["reward"].to_numpy(np.float64)
        if len(self.of) == len(self.seeds):  # as in most searches: no repeats
            return list(rewards[:, None])
        order = np.argsort(self.of, kind="stable")
        return np.split(rewards[order], np.cumsum(self.seeds)[:-1])

    def best(self) -> pd.DataFrame:
        """The row of each network's best training in the first run that has one."""
        run = self.trainings["run"].to_numpy(np.int64)
        reward = self.trainings["reward"].to_numpy(np.float64)
        # Rows are by run and number, and the order is stable: the first of equals comes first.
        order = np.lexsort((-reward, run, self.of))
        return self.trainings.take(order[np.unique(self.of[order], return_index=True)[1]])

    def average(self, metric: str) -> Array:
        """Over the seeds that have it, nan where none has: [networks]."""
        count = len(self.seeds)
        if metric not in self.trainings:
            return np.full(count, np.nan)
        values = self.trainings[metric].to_numpy(np.float64, na_value=np.nan)
        known = ~np.isnan(values)
        sums = np.bincount(self.of[known], values[known], minlength=count)
        many = np.bincount(self.of[known], minlength=count)
        found: Array = np.divide(sums, many, out=np.full(count, np.nan), where=many > 0)
        return found


def trained_networks(runs: Run | Sequence[Run], *, further: bool = True) -> Networks:
    """Of all runs together, with their trainings of the most steps.

    further: with what `nas rerank` trained of each. Raises NotComparable where the longest
    trainings have two fidelities.
    """
    frame, names = _trainings(runs, (*NEEDED, *MEASURED), further=further, longest=True)
    longest = frame[frame["steps"] == frame["steps"].max()]
    fidelities = sorted(longest["fidelity"].unique())
    if len(fidelities) > 1:
        raise NotComparable(
            f"the longest trainings are of {len(fidelities)} fidelities, {fidelities[0]} and "
            f"{fidelities[1]}, whose rewards do not compare: give runs of one"
        )
    return _grouped(longest, names)


def networks_of(runs: Run | Sequence[Run], *, further: bool = True) -> list[Network]:
    """The same, one by one."""
    found = trained_networks(runs, further=further)
    best = found.best()
    rows = zip(best["key"].tolist(), found.rewards(), best["trial"].tolist(), strict=True)
    return [Network(key, rewards.tolist(), trial) for key, rewards, trial in rows]


def repeated_networks(runs: Run | Sequence[Run]) -> Networks | None:
    """With their trainings of the most steps that any network has two of; None where none has.

    So of a run of `nas doctor` those at the config's fidelity, not the one longer training. Without
    the rewards for which networks were chosen to be trained again, if there are repeats then.
    """
    given = 1 if isinstance(runs, Path | TrialQueries) else len(runs)
    frame, names = _trainings(runs, NEEDED, further=True, longest=False)
    lengths = frame.drop_duplicates("fidelity").sort_values(
        ["steps", "fidelity"], ascending=[False, True]
    )
    for fidelity in lengths["fidelity"]:
        found = _grouped(frame[frame["fidelity"] == fidelity], names)
        if len(found.of) > len(found.seeds):
            unpicked = _grouped(_unpicked(found.trainings, given), names)
            return unpicked if len(unpicked.of) > len(unpicked.seeds) else found
    return None


def rewards_by_length(run: Run, keys: Collection[str]) -> pd.DataFrame:
    """All seeds together, a row for each network and fidelity, with what `nas rerank` trained.

    Columns: `key`, `steps` (0 where not known), `fidelity`, `mean` of the rewards, `seeds`.
    """
    frame, _ = _trainings(run, NEEDED, further=True, longest=False)
    rows = frame[frame["key"].isin(keys)]
    rows = rows[~rows.duplicated(["key", "seed", "fidelity"])]
    groups = rows.groupby(["key", "steps", "fidelity"], sort=False, as_index=False)
    return groups.agg(mean=("reward", "mean"), seeds=("reward", "size"))


def _unpicked(rows: pd.DataFrame, given: int) -> pd.DataFrame:
    """Without what the given runs trained of networks that `nas rerank` trained, too."""
    further = rows["run"] >= given  # places after those of the given runs
    return rows[further | ~rows["key"].isin(rows["key"][further])]


def _trainings(
    runs: Run | Sequence[Run], columns: Sequence[str], *, further: bool, longest: bool
) -> tuple[pd.DataFrame, list[str]]:
    """The trials that have a reward, with the place of their run, and the runs' directories.

    longest: of each run only those of its most steps.
    """
    refuse_texts(runs)
    given: Sequence[Run] = [runs] if isinstance(runs, Path | TrialQueries) else runs
    tables: list[pd.DataFrame] = []
    names: list[str] = []
    with ExitStack() as opened:
        for store in _stores(given, opened, further):
            with store.snapshot():
                frame = whole_table(store).frame
            path = store.path
            known = frame["reward"].notna()
            if longest and frame["steps"].notna().any():
                known &= (frame["steps"] == frame["steps"][known].max()).fillna(False)
            kept = frame[[name for name in columns if name in frame]][known]
            kept = kept.astype({"fidelity": object})
            kept.insert(0, "run", np.full(len(kept), len(names)))
            tables.append(kept)
            names.append(str(path.parent if path.name == RUN_FILE else path))
    if not tables:
        tables = [pd.DataFrame({"run": [], **{name: [] for name in NEEDED}})]
    joined = pd.concat(tables, ignore_index=True)
    joined["steps"] = joined["steps"].fillna(0)
    return joined, names


def _grouped(rows: pd.DataFrame, names: Sequence[str]) -> Networks:
    kept = rows[~rows.duplicated(["key", "seed"])]  # a fork has what its origin has
    return Networks(kept, pd.factorize(kept["key"])[0].astype(np.int64), names)


def _stores(runs: Sequence[Run], opened: ExitStack, further: bool) -> Iterator[TrialQueries]:
    """Each run, and after all of them what `nas rerank` made of each."""
    beside: dict[Path, str | None] = {}
    for run in runs:
        store = opened.enter_context(_reader(run)) if isinstance(run, Path) else run
        if further and store.path.name == RUN_FILE:
            reranked = store.path.parent / RERANK
            for directory in (reranked, reranked / TEST):
                if (directory / RUN_FILE).exists():
                    beside[directory] = origin(store)
        yield store
    for directory, its_origin in beside.items():
        further_store = opened.enter_context(_reader(directory))
        check_reranked(further_store, its_origin)
        yield further_store


def _reader(run: Path) -> TrialStore:
    return TrialStore.open_read_only(run)
