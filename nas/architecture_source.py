"""An architecture named on the command line."""

from pathlib import Path

from nas.config_source import suggestion
from nas.errors import UsageError
from results import TrialStore
from search_space import Architecture, InvalidArchitecture
from search_space.block_specs import from_json
from search_space.published import PUBLISHED


def find_architecture(name: str) -> Architecture:
    """A published name, `RUN_DIR:TRIAL`, or the path of a block-spec JSON file.

    Raises UsageError, or what a store raises, where there is none.
    """
    if name in PUBLISHED:
        return PUBLISHED[name]
    run, colon, number = name.rpartition(":")
    if colon and number.isdecimal():
        with TrialStore.open_read_only(Path(run)) as store:
            return store.trial(int(number)).architecture
    path = Path(name)
    if not path.is_file():
        raise UsageError(
            f"no architecture {name!r}: {suggestion(name, sorted(PUBLISHED))} (also RUN_DIR:TRIAL, "
            "or the path of a block-spec JSON file)"
        )
    try:
        return from_json(path.read_text("utf-8"))
    except (InvalidArchitecture, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
