"""Whether a run's journal says that its search has ended."""

from nas.config import Config
from nas.halving import make_rungs
from nas.rungs import Promotions
from results import TrialStore


def is_ended(store: TrialStore, config: Config, done: int) -> bool:
    """Whether nothing is left of a run that has nothing in flight, after `done` candidates."""
    if done < config.search.trials:
        return False
    if not config.halving.rungs:
        return True
    promotions = Promotions.of(store.summaries(), make_rungs(config))
    return promotions.next(closing=True) is None
