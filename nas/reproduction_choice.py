"""What a search chose after its race, and what that is called in a table of claims."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nas.network_study import Compared
from nas.paper_claims import LEARNED, SEARCH, WITHIN
from nas.reproduction import Reproduction
from results import TrialStore, beliefs
from results.store_file import RUN_FILE
from search_space import Architecture


@dataclass(frozen=True, slots=True)
class Choice:
    """The network of the largest posterior mean, by its best trial."""

    directory: Path
    trial: int
    architecture: Architecture
    madds: float


def choices(reproduction: Reproduction) -> dict[str, Choice]:
    """By the names of `paper_claims`, of the searches that have trials."""
    found: dict[str, Choice] = {}
    for name, search in reproduction.searches.items():
        chosen = choice(search.directory)
        if chosen is not None:
            found[f"{name} order" if name == LEARNED else name] = chosen
        if name == SEARCH and (within := choice(search.directory, reproduction.limit)) is not None:
            found[WITHIN] = within
    return found


def choice(directory: Path, limit: float | None = None) -> Choice | None:
    """Of a run, of at most `limit` multiply-adds; None where it has none."""
    if not (directory / RUN_FILE).exists():
        return None
    frame = beliefs(directory)
    if limit is not None:
        frame = frame[frame["madds"] <= limit]
    if not len(frame):
        return None
    first = frame.iloc[0]
    with TrialStore.open_read_only(directory) as store:
        trial = store.trial(int(first["trial"]))
    return Choice(directory, trial.number, trial.architecture, trial.metrics["madds"])


def compared(reproduction: Reproduction, chosen: Mapping[str, Choice]) -> list[Compared]:
    """The known networks, and what was chosen."""
    here = reproduction.config.fidelity.canonical()
    return reproduction.networks + [
        Compared(name, one.architecture, here) for name, one in chosen.items()
    ]
