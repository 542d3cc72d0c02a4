"""What is typed to go on with a search: at times more than `nas resume`."""

import random
from dataclasses import dataclass

from results import FailureKind
from tests.torture.audited_task import MENDED
from tests.torture.fates import FATES
from tests.torture.searches import RUNGS, Search

RETRIES: dict[str, frozenset[FailureKind]] = {
    "failed": frozenset(FailureKind),
    "failed:oom": frozenset({FailureKind.OUT_OF_MEMORY}),
    "failed:diverged,crashed": frozenset({FailureKind.DIVERGED, FailureKind.CRASHED}),
    "failed:data_error,failed:time_limit": frozenset(
        {FailureKind.DATA_ERROR, FailureKind.TIME_LIMIT}
    ),
}


@dataclass(frozen=True)
class Command:
    """Options of `nas resume`, and the failures that they have tried again."""

    options: tuple[str, ...] = ()
    retried: frozenset[FailureKind] = frozenset()

    def __add__(self, other: "Command") -> "Command":
        return Command(self.options + other.options, self.retried | other.retried)


def extension(search: Search, rng: random.Random, budget: int, ended: bool) -> Command:
    """At times, or if all has `ended`, the budget that a search is to have in the end.

    With rungs only then: near its end a budget decides who is promoted.
    """
    if not search.begun or budget == search.whole_budget:
        return Command()
    if ended or (search.place != RUNGS and rng.random() < 0.5):
        return Command(("--trials", str(search.whole_budget)))
    return Command()


def retry(search: Search, rng: random.Random) -> Command:
    """Some failures, after some of their reasons were mended."""
    if not search.begun:
        return Command()
    with (search.audit / MENDED).open("a", encoding="ascii") as file:
        file.write("".join(f"{fate}\n" for fate in set(rng.choices(FATES, k=2))))
    text = rng.choice(list(RETRIES))
    return Command(("--retry", text), RETRIES[text])
