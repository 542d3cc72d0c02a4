"""Whether what lies in a reproduction's folder is a part of it: searches may be brought along."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from nas.changed_config import CHANGEABLE, CHANGEABLE_SETTINGS
from nas.config import Config
from nas.errors import UsageError
from nas.reproduction import Reproduction, Search
from nas.run_directory import refuse_occupied
from nas.stored_config import stored_config
from results import TrialStore
from results.networks import RERANK, TEST
from results.store_file import RUN_FILE

# What two lives of one part may differ in. A fork may change the controller and seed, this may not.
FREE_SECTIONS = tuple(name for name in CHANGEABLE if name != "controller")
FREE_SETTINGS = tuple(name for name in CHANGEABLE_SETTINGS if name != "search.seed")
# Rewards do not depend on the test split, but compared networks are measured on it.
TEST_SPLIT: Final = ("data.test", "data.scenes_test")


def check_brought(reproduction: Reproduction) -> None:
    """All searches and races that are there. Raises UsageError; reads the data if there are any."""
    for search in reproduction.searches.values():
        directory = search.directory
        if not (directory / RUN_FILE).exists():
            refuse_occupied(directory, "another --run-dir")
            continue
        with TrialStore.open_read_only(directory) as store:
            check_search(store, stored_config(store, directory), search)
        check_race(search, reproduction.limit)


def check_search(store: TrialStore, known: Config, search: Search) -> None:
    """Raises UsageError for another search, a longer one, and one that is not from scratch."""
    directory, trials = search.directory, search.config.search.trials
    check_same(known, search.config, directory)
    if any(event.kind == "import" for event in store.events()):
        raise UsageError(
            f"{directory} has trials of another run, as of `nas fork` or `nas merge`: searches "
            "that are compared are from scratch, so give another --run-dir"
        )
    if (there := store.candidates()) > trials:
        raise UsageError(
            f"{directory} has {there} candidates, and this scale {trials}: "
            "searches that are compared have one budget, so give another --run-dir"
        )


def check_race(search: Search, limit: float) -> None:
    """Raises UsageError for a race with more trainings than the scale's, of either part.

    What was trained for the test split counts in beliefs too, and no scale has it.
    """
    race, budget = search.directory / RERANK, search.budget
    if not (race / RUN_FILE).exists():
        return
    with TrialStore.open_read_only(race) as store:
        trials = store.trials()
    if (race / TEST / RUN_FILE).exists():
        raise UsageError(
            f"{race / TEST} has trainings that no scale has: searches that are compared have one "
            "budget, so give another --run-dir"
        )
    allowed = budget.rerank + budget.rerank_within
    later = [trial.metrics["madds"] for trial in trials if trial.number >= budget.rerank]
    if len(trials) > allowed:
        said = f"{len(trials)} trainings, and this scale {allowed}"
    elif any(madds > limit for madds in later):
        said = f"{len(trials)} trainings between all networks, and this scale {budget.rerank}"
    else:
        return
    raise UsageError(
        f"{race} has {said}: races that are compared have one budget, so give another --run-dir"
    )


def check_same(
    known: Config, config: Config, directory: Path, binding: Collection[str] = ()
) -> None:
    """Raises UsageError where a run that is there was begun with settings that its trials feel.

    binding: names of settings that count besides those.
    """
    theirs, ours = known.as_dict(), config.as_dict()
    free = set(FREE_SETTINGS) - set(binding)
    for section in theirs:
        for name in sorted({**theirs[section], **ours[section]}):
            old, new = theirs[section].get(name), ours[section].get(name)
            setting = f"{section}.{name}"
            if old == new or section in FREE_SECTIONS or setting in free:
                continue
            raise UsageError(
                f"{directory} was begun with {setting} {old}, not {new}: give another --run-dir, "
                "or the scale and options that it was begun with"
            )
