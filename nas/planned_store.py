"""The store of a planned run: made when it is first asked for, and gone on with after that."""

from collections.abc import Callable, Mapping
from pathlib import Path

from nas.run_directory import refuse_occupied
from results import TrialStore
from results.store_file import RUN_FILE


def planned_store(
    directory: Path, meta: Callable[[], Mapping[str, str]], another: str
) -> TrialStore:
    """Open to write; whether it is of what is asked for, its metadata say.

    meta: of a new one; if that raises, nothing was made. another: a way out of a directory that
    holds something else, for the message. Raises UsageError, and as `TrialStore.open`.
    """
    if (directory / RUN_FILE).exists():
        return TrialStore.open(directory)
    refuse_occupied(directory, another)
    return TrialStore.create(directory, meta())
