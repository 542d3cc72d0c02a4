"""How a candidate came about: from nothing to it, change by change."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from results.beliefs_frame import measured_noise
from results.lineage_frame import ancestry
from results.noise import Noise
from results.several_runs import Run, opened
from results.student import student_975
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
        low, high: 95 % interval of the gain, wider where the SD itself is little known (Student's
            t); both None where it is not known, infinite with less than one degree of freedom.
        summary: how many things changed, in one line; empty for the first.
        changes: a line for each block that changed.
    """

    trial: int
    parents: tuple[int, ...]
    reward: float | None
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

    Of two parents that of the larger reward, the first of equals. noise: of a training, for the
    intervals, by default what the run's own repeats say if it has any (`measured_noise`); latest:
    the last so many only.

    Raises NotARun, StoreDamaged, UnknownTrial.
    """
    with opened(run) as store, store.snapshot():
        edges = ancestry(store, trial)
        table = whole_table(store)
        frame = table.frame[["trial", "reward", "steps"]].assign(candidate=table.candidates())
        candidate = int(frame.loc[frame["trial"] == trial, "candidate"].iloc[0])
        frame = frame[frame["candidate"].isin([candidate, *edges["parent"]])]
        frame = frame[frame["reward"].notna()].sort_values("steps", na_position="first")
        rewards = dict(zip(frame["candidate"].tolist(), frame["reward"].tolist(), strict=True))
        chain = _chain(edges, candidate, rewards)
        chain = chain if latest is None else chain[-latest:]
        built = store.architectures([link.candidate for link in chain])
        noise = noise or measured_noise(store)
    reach = None if noise is None else student_975(noise.freedom) * math.sqrt(2) * noise.sd
    found = []
    for link, before in zip(chain, [None, *chain], strict=False):
        summary, changes = "", list[str]()
        if before is not None:
            difference = compare(built[before.candidate], built[link.candidate])
            summary, changes = summarize(difference), tell_changes(difference)
        found.append(
            Generation(
                trial=link.candidate,
                parents=link.parents,
                reward=rewards.get(link.candidate),
                steps=link.steps,
                gain=link.gain,
                error=None if link.gain is None or noise is None else math.sqrt(2) * noise.sd,
                low=None if link.gain is None or reach is None else link.gain - reach,
                high=None if link.gain is None or reach is None else link.gain + reach,
                summary=summary,
                changes=tuple(changes),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Link:
    """A candidate, its parents, and `steps` and `gain` of `ancestry` over the better one."""

    candidate: int
    parents: tuple[int, ...] = ()
    steps: int | None = None
    gain: float | None = None


def _chain(edges: pd.DataFrame, candidate: int, rewards: Mapping[int, float]) -> list[_Link]:
    """Oldest first. A candidate is younger than its parents, so it ends."""
    steps, gains = (edges[name].astype(object).to_list() for name in ("steps", "gain"))
    rows: dict[int, list[int]] = {}
    for row, child in enumerate(edges["child"].tolist()):
        rows.setdefault(child, []).append(row)
    parents: list[int] = edges["parent"].tolist()
    chain: list[_Link] = []
    while candidate in rows:
        # The first of equals.
        best = max(rows[candidate], key=lambda row: rewards.get(parents[row], -math.inf))
        found = tuple(parents[row] for row in rows[candidate])
        chain.append(_Link(candidate, found, _known(steps[best]), _known(gains[best])))
        candidate = parents[best]
    return [_Link(candidate), *chain[::-1]]


def _known(value: Any) -> Any:  # noqa: ANN401 - a scalar of pandas
    return None if pd.isna(value) else value
