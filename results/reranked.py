"""What a run of further trainings knows of the search whose networks it trained again."""

import json
from typing import Final

from results.errors import NotComparable, UnknownTrial
from results.trial_queries import TrialQueries

RERANKED: Final = "reranked"  # in a store's `meta`: the origin of what `nas rerank` trained


def origin(search: TrialQueries) -> str | None:
    """What tells a run from others, in whichever folder it lies; None of one without trials."""
    try:
        first = search.trial(0)
    except UnknownTrial:
        return None
    return json.dumps([first.key, first.seed, first.started])


def check_reranked(store: TrialQueries, of: str | None) -> None:
    """Raises NotComparable where a store has the further trainings of another run."""
    if of is None or store.meta().get(RERANKED) != of:
        raise NotComparable(
            f"{store.path.parent} is no result of `nas rerank` on the run that it lies in: move it "
            "elsewhere"
        )
