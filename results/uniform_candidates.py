"""The candidates of a run that are a plain sample of its space: what chance would have found."""

import json
from typing import Final

from results.estimate import Unmeasured
from results.journal import journal
from results.trial_store import TrialStore

RANDOM: Final = ("random", "RandomSearch")
# They begin with a uniform sample, and name the parents of all that they make of it.
UNIFORM_AT_FIRST: Final = ("evolution", "RegularizedEvolution", "nsga2", "NSGA2")
DOCTOR: Final = "doctor"  # an entry that stores of `nas doctor` have


def uniform_candidates(store: TrialStore) -> list[int] | Unmeasured:
    """Numbers of first trials, ascending: all that a random search proposed, or what evolution did
    before it named parents for the first time.

    Unmeasured for other controllers, which learn from the start, and for runs that do not say what
    their candidates were made of.
    """
    meta = store.meta()
    if DOCTOR in meta:
        return Unmeasured("its architectures were chosen for being sound, too")
    try:
        name = str(json.loads(meta["config"])["controller"]["name"])
    except (LookupError, TypeError, ValueError, RecursionError):
        return Unmeasured("the run does not say which controller it had")
    controller = name.rpartition(":")[2]
    seen = journal(store)
    proposed: list[int] = seen.proposed().tolist()
    if controller in RANDOM:
        return proposed
    if controller not in UNIFORM_AT_FIRST:
        return Unmeasured(
            f"controller {name} learns from the start: compare with a run of --controller random"
        )
    if not len(seen.made):
        return Unmeasured("the run does not say what its candidates were made of")
    made = int(seen.numbers[seen.made[0]])
    return [number for number in proposed if number < made]
