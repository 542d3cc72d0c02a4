"""What to type to take a rerank further."""

from pathlib import Path

from results import TrialStore
from results.networks import RERANK
from results.shell_word import shell_word
from results.store_file import RUN_FILE


def race_trainings(directory: Path) -> int:
    """How many there are in the race of a run."""
    race = directory / RERANK
    if not (race / RUN_FILE).exists():
        return 0
    with TrialStore.open_read_only(race, part=True) as store:
        return store.candidates()


def rerank_command(directory: Path | str, budget: int, noise: str | None) -> str:
    """As a shell takes it; `noise` is what was typed."""
    option = "" if noise is None else f" --noise {shell_word(noise)}"
    return f"nas rerank {shell_word(directory)} --budget {budget}{option}"
