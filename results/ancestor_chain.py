"""How a candidate came about: from nothing to it, change by change."""

from dataclasses import dataclass

import pandas as pd

from results.known_noise import noise_known
from results.lineage_frame import ancestry
from results.noise import Noise
from results.seed_rewards import SeedRewards
from results.several_runs import Run, opened
from results.trial_table import whole_table
from search_space import compare
from search_space.drawing.difference_words import summarize, tell_changes


@dataclass(frozen=True, slots=True)
class Generation:
    """One ancestor, or at the end the candidate itself.

    Args:
        generation: its place in the whole chain, 1 for the oldest.
        trial: number of its first trial.
        parents: of which it was made; none of the first, and where its controller told none.
        reward: mean of its network's `seeds` after the longest training that it had, with those of
            `nas rerank`; None where it has none.
        steps: that `gain` compares after; None where that is not known.
        gain: its mean reward less that of its parent in this chain, after the longest training that
            both had, of all seeds of both.
        error: standard error of the gain, SD of a training times sqrt(1 / seeds of the child +
            1 / seeds of the parent); None where that is not known.
        low, high: 95 % interval of the gain, wider where the SD itself is little known (Student's
            t); both None where it is not known, infinite with less than one degree of freedom.
        summary: how many things changed, in one line; empty for the first.
        changes: a line for each block that changed.
    """

    generation: int
    trial: int
    parents: tuple[int, ...]
    reward: float | None
    seeds: int
    steps: int | None
    gain: float | None
    error: float | None
    low: float | None
    high: float | None
    summary: str
    changes: tuple[str, ...]

    @property
    def resolved(self) -> bool | None:
        """Whether its interval is without 0: a gain or loss; None where that is not known.

        A parent was chosen for its reward, luck included: gains of its children start from behind.
        """
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0


def ancestors(
    run: Run, trial: int, noise: Noise | None = None, latest: int | None = None
) -> tuple[Generation, ...]:
    """The chain of parents that ends with a trial's candidate, oldest first.

    Of two parents that of the larger mean reward, the first of equals. noise: of a training,
    measured elsewhere, for the intervals; it counts beside the run's own repeats (`noise_known`).
    latest: the last so many only.

    Raises NotARun, StoreDamaged, UnknownTrial.
    """
    with opened(run) as store, store.snapshot():
        edges = ancestry(store, trial)
        table = whole_table(store)
        trials = pd.DataFrame({"candidate": table.candidates(), "key": table.frame["key"]})
        candidate = int(trials["candidate"][table.frame["trial"] == trial].iloc[0])
        family = trials[trials["candidate"].isin([candidate, *edges["parent"]])]
        keys = dict(zip(family["candidate"].tolist(), family["key"].tolist(), strict=True))
        rewards = SeedRewards.of(store, keys)
        chain = _chain(edges, candidate, rewards)
        first = 0 if latest is None else max(len(chain) - latest, 0)
        built = store.architectures([link.candidate for link in chain[first:]])
        known = noise_known(store, noise)
    found = []
    for place, link in enumerate(chain[first:], first):
        summary, changes = "", list[str]()
        if place > first:
            difference = compare(built[chain[place - 1].candidate], built[link.candidate])
            summary, changes = summarize(difference), tell_changes(difference)
        longest = rewards.longest(link.candidate)
        gain = rewards.gain(link.candidate, chain[place - 1].candidate) if place else None
        error, reach = (None, None) if gain is None else gain.off_by(known)
        found.append(
            Generation(
                generation=place + 1,
                trial=link.candidate,
                parents=link.parents,
                reward=None if longest is None else longest.mean,
                seeds=0 if longest is None else longest.seeds,
                steps=None if gain is None else gain.steps,
                gain=None if gain is None else gain.value,
                error=error,
                low=None if gain is None or reach is None else gain.value - reach,
                high=None if gain is None or reach is None else gain.value + reach,
                summary=summary,
                changes=tuple(changes),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Link:
    """A candidate and its parents."""

    candidate: int
    parents: tuple[int, ...] = ()


def _chain(edges: pd.DataFrame, candidate: int, rewards: SeedRewards) -> list[_Link]:
    """Oldest first. A candidate is younger than its parents, so it ends."""
    parents: dict[int, list[int]] = {}
    for child, parent in zip(edges["child"].tolist(), edges["parent"].tolist(), strict=True):
        parents.setdefault(child, []).append(parent)
    chain: list[_Link] = []
    while candidate in parents:
        found = parents[candidate]
        chain.append(_Link(candidate, tuple(found)))
        candidate = max(found, key=rewards.size)  # the first of equals
    return [_Link(candidate), *chain[::-1]]
