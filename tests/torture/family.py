"""A search and what is made of it: a fork, and a merge with a second search."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.torture.derived_runs import forked, merged
from tests.torture.file_faults import Recording, damage_copies
from tests.torture.search_torture import beside, torture, undisturbed
from tests.torture.searches import Search, new_search
from tests.torture.tally import Tally

FORKS, MERGES = 0.35, 0.35  # the shares of searches that are forked, and merged


def torture_family(
    controller: str,
    place: str,
    folder: Path,
    rng: random.Random,
    tally: Tally,
    copies: int,
    controllers: Sequence[str],
) -> None:
    """Disturb a search until it is done, at times what is made of it, and copies of its files.

    controllers: to fork to, and of the second search.
    """
    before = tally.live
    first = new_search(controller, place, folder, rng)
    taken = torture(first, rng, tally, undisturbed(beside(first)))
    family = [first]
    if rng.random() < FORKS:
        fork = forked(first, rng, tally, controllers)
        taken += torture(fork, rng, tally, undisturbed(beside(fork)))
        family.append(fork)
    if rng.random() < MERGES:
        second = _second(first, rng, controllers)
        taken += torture(second, rng, tally, undisturbed(beside(second)))
        family.append(second)
        rng.shuffle(family)
        merge = merged(family, rng, tally)
        taken += torture(merge, rng, tally, undisturbed(beside(merge)))
    _damage(taken, folder, rng, tally, round((tally.live - before) * copies / 100))


def _second(first: Search, rng: random.Random, controllers: Sequence[str]) -> Search:
    """Another controller's search for the same."""
    folder = first.directory.parent / "second"
    folder.mkdir()
    second = new_search(rng.choice(list(controllers)), first.place, folder, rng)
    return replace(second, budget=10, more=rng.choice([None, 13]))


def _damage(
    taken: list[Recording], folder: Path, rng: random.Random, tally: Tally, copies: int
) -> None:
    """So many copies in all, a few of each of some."""
    for each in rng.sample(taken, min(4, len(taken))):
        damage_copies(each, folder, rng, tally, copies // 4)
