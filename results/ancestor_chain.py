"""How a candidate came about: from nothing to it, change by change."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from results.lineage_frame import ancestry
from results.noise import Noise
from results.rank_agreement import NORMAL_975
from results.several_runs import Run, opened
from results.trial_table import whole_table
from search_space import compare
from search_space.drawing.difference_words import summarize, tell_changes


@dataclass(frozen=True, slots=True)
class Generation:
    """One ancestor, or at the end the candidate itself.

    Args:
        trial: number of its first trial.
        parents: of which it was made; none of the first, and where its controller told none.
        reward: after the longest training that it had; None where it has none.
        steps: that `gain` compares after; None where that is not known.
        gain: its reward less that of its parent in this chain.
        error: standard error of the gain, sqrt(2) SD of a training; None where that is not known.
        summary: how many things changed, in one line; empty for the first.
        changes: a line for each block that changed.
    """

    trial: int
    parents: tuple[int, ...]
    reward: float | None
    steps: int | None
    gain: float | None
    error: float | None
    summary: str
    changes: tuple[str, ...]

    @property
    def resolved(self) -> bool | None:
        """Whether the gain or loss is above 1.96 standard errors; None where that is not known.

        A parent was chosen for its reward, luck included: gains of its children start from behind.
        """
        if self.gain is None or self.error is None:
            return None
        return abs(self.gain) > NORMAL_975 * self.error


def ancestors(run: Run, trial: int, noise: Noise | None = None) -> tuple[Generation, ...]:
    """The chain of parents that ends with a trial's candidate, oldest first.

    Of two parents that of the larger reward, the first of equals. noise: of a training.

    Raises NotARun, StoreDamaged, UnknownTrial.
    """
    with opened(run) as store, store.snapshot():
        edges = ancestry(store, trial)
        table = whole_table(store)
        frame = table.frame.assign(candidate=table.candidates())
        frame = frame[frame["reward"].notna()].sort_values("steps", na_position="first")
        rewards = dict(zip(frame["candidate"].tolist(), frame["reward"].tolist(), strict=True))
        candidate = dict(zip(table.frame["trial"], table.candidates(), strict=True))[trial]
        chain = _chain(edges, candidate, rewards)
        built = store.architectures([number for number, _ in chain])
    found = []
    for (number, edge), (before, _) in zip(chain, [(None, None), *chain], strict=False):
        summary, changes = "", list[str]()
        if before is not None:
            difference = compare(built[before], built[number])
            summary, changes = summarize(difference), tell_changes(difference)
        parents = edges.loc[edges["child"] == number, "parent"]
        gain = None if edge is None or pd.isna(edge["gain"]) else float(edge["gain"])
        found.append(
            Generation(
                trial=number,
                parents=tuple(int(parent) for parent in parents),
                reward=rewards.get(number),
                steps=None if edge is None or pd.isna(edge["steps"]) else int(edge["steps"]),
                gain=gain,
                error=None if gain is None or noise is None else math.sqrt(2) * noise.sd,
                summary=summary,
                changes=tuple(changes),
            )
        )
    return tuple(found)


Link = tuple[int, "pd.Series[float] | None"]  # a candidate, and its row of `ancestry`


def _chain(edges: pd.DataFrame, candidate: int, rewards: Mapping[int, float]) -> list[Link]:
    """Oldest first. A candidate is younger than its parents, so it ends."""
    rows = dict(iter(edges.groupby("child")))
    chain: list[Link] = []
    while candidate in rows:
        group = rows[candidate]
        worth = [rewards.get(int(parent), -math.inf) for parent in group["parent"]]
        edge = group.iloc[worth.index(max(worth))]
        chain.append((candidate, edge))
        candidate = int(edge["parent"])
    chain.append((candidate, None))
    return chain[::-1]
