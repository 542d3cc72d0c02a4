"""Runs that are made of tortured ones: `nas fork` and `nas merge`, which are killed, too."""

import errno
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.torture.failing_disk import Fault, install
from tests.torture.life import Life
from tests.torture.search_torture import beside, record_of
from tests.torture.searches import Search, controller_words
from tests.torture.tally import OTHER, Tally
from tests.torture.witness import Witness

START = 0.15  # seconds that such a command takes, about
MOST_LIVES, STRIKES = 40, 3
KILLED = "driver: SIGKILL"


def forked(source: Search, rng: random.Random, tally: Tally, controllers: Sequence[str]) -> Search:
    """A fork of a search that has ended, to another controller; not gone on with yet."""
    controller = rng.choice([name for name in controllers if name != source.controller])
    budget = record_of(source).candidates + rng.randrange(3, 10)
    fork = _derived(source, "fork", controller, budget, rng)
    words = ["fork", str(source.directory), str(fork.directory), *_options(fork)]
    _make(fork, words, [source], rng, tally)
    twin = beside(fork)
    _calm(twin, ["fork", str(source.directory), str(twin.directory), *_options(fork)])
    return fork


def merged(sources: Sequence[Search], rng: random.Random, tally: Tally) -> Search:
    """A merge of searches that have ended; its twin is made of them in the reverse order."""
    first = sources[0]
    found = {(t.key, t.seed) for one in sources for t in record_of(one).trials}
    budget = len(found) + rng.randrange(3, 10)
    merge = _derived(first, "merge", first.controller, budget, rng)
    runs = [str(one.directory) for one in sources]
    _make(
        merge, ["merge", *runs, "-o", str(merge.directory), *_options(merge)], sources, rng, tally
    )
    twin = beside(merge)
    _calm(twin, ["merge", *runs[::-1], "-o", str(twin.directory), *_options(merge)])
    return merge


def _derived(source: Search, name: str, controller: str, budget: int, rng: random.Random) -> Search:
    search = beside(source, name)
    seed = rng.randrange(1000)
    return replace(search, controller=controller, budget=budget, more=None, seed=seed)


def _options(search: Search) -> list[str]:
    budget = ["--trials", str(search.budget), "--seed", str(search.seed)]
    return [*budget, *controller_words(search.controller)]


def _calm(search: Search, words: list[str]) -> None:
    life = search.start(words)
    life.run()
    if life.code or life.errors:
        raise RuntimeError(f"{words} fails undisturbed: {life.errors}")


def _make(
    search: Search, words: list[str], sources: Sequence[Search], rng: random.Random, tally: Tally
) -> None:
    """The command again and again, until it was struck often enough and its run is there.

    After each of its lives that is there whole or not at all, and its sources are as they were.
    """
    before = [record_of(source) for source in sources]
    name, struck = f"nas {words[0]}", 0
    for number in range(MOST_LIVES):
        last = number == MOST_LIVES - 1
        kind, code, prepare = ("none", 0, _nothing) if last else _fault(rng)
        life = search.start(words, prepare)
        if kind == KILLED:
            _kill_at_some_moment(life, rng)
        life.run()
        where = f"{name}, {search.directory}"
        if life.code not in (0, code) or len(life.errors) != (life.code == 2):
            tally.wrong(kind, OTHER, f"{where}: ended with {life.code}, not {code}: {life.errors}")
        if life.code:
            tally.strike(kind, name)
            struck += 1
        elif not search.begun:
            tally.wrong(kind, OTHER, f"{where}: ended well and there is no run")
        record = Witness(search, tally).check(kind, [])
        if record is not None:
            Witness(search, tally).check_copies(kind, record, before)
        if [record_of(source) for source in sources] != before:
            tally.wrong(kind, OTHER, f"{where} changed one of {sources}")
        if search.begun and (struck >= STRIKES or last):
            return
        # What a dead one left must not be in the way, but for a run.
        if search.begun or rng.random() < 0.2:
            shutil.rmtree(search.directory, ignore_errors=True)


def _nothing() -> None:
    pass


def _fault(rng: random.Random) -> tuple[str, int, Callable[[], None]]:
    """Its name, how the command ends, and what to prepare."""
    kill = -signal.SIGKILL
    which = rng.randrange(5)
    if which < 2:
        return KILLED, kill, _nothing
    if which == 2:
        write = Fault(rng.randrange(25))
        return "driver: SIGKILL in a write", kill, lambda: install(write)
    if which == 3:
        error = rng.choice([errno.EIO, errno.ENOSPC])
        failing = Fault(rng.randrange(25), rng.choice([1, 10**9]), error)
        return f"disk: {errno.errorcode[error]}", 2, lambda: install(failing)
    limit = rng.randrange(1000, 60_000)
    return "disk: full", 2, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def _kill_at_some_moment(life: Life, rng: random.Random) -> None:
    moment = life.began + rng.uniform(0, START)
    life.run(lambda _: time.monotonic() > moment)
    life.signal(signal.SIGKILL)
