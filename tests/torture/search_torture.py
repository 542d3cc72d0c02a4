"""One search, disturbed again and again until it is done."""

import random
from collections.abc import Callable
from dataclasses import replace

from results import TrialStore
from tests.torture.commands import extension, retry
from tests.torture.driver_faults import Aftermath, Tormentor
from tests.torture.file_faults import Recording, recording
from tests.torture.record import Record, read
from tests.torture.searches import RUNGS, Search
from tests.torture.tally import OTHER, REPLAY, Tally
from tests.torture.witness import Witness

CALM = 0.04  # the share of lives that nothing disturbs
RETRYING = 0.3  # the share of searches whose failures are tried again before the end
MOST_LIVES = 200


def record_of(search: Search) -> Record:
    with TrialStore.open_read_only(search.directory) as store:
        return read(store)


def undisturbed(search: Search) -> Record:
    """The same search beside it, which nothing happens to; begun, if it is not yet.

    Its budget is extended at the end, or it has the larger one from the start: what comes of it
    must be the same, but for rungs, which round up at the end of a budget.
    """
    if search.more is not None and search.place != RUNGS:
        search = replace(search, budget=search.more, more=None)
    commands = [[]] if search.more is None else [[], ["--trials", str(search.more)]]
    for options in commands:
        life = search.start([*search.words(), *options])
        life.run()
        if life.code:
            raise RuntimeError(f"{search} fails undisturbed: {life.errors}")
    return record_of(search)


def beside(search: Search, name: str = "twin") -> Search:
    """The same search in other folders."""
    place = search.directory.with_name(f"{search.directory.name} {name}")
    return replace(search, directory=place, audit=place.with_name(f"{place.name} audit"))


def torture(search: Search, rng: random.Random, tally: Tally, twin: Record) -> list[Recording]:
    """Disturb a search until it is done; what killed drivers left of it."""
    witness = Witness(search, tally, twin.journal())
    tormentor = Tormentor(search, rng, tally)
    search.audit.mkdir(exist_ok=True)
    if search.begun:
        witness.check("begun", [])
    retrying, encores, ended = rng.random() < RETRYING, rng.randrange(3), False
    kinds = _kinds(tormentor)
    taken: list[Recording] = []
    for _ in range(MOST_LIVES):
        tormentor.command = extension(search, rng, witness.budget, ended)
        if retrying and rng.random() < (1.0 if ended else 0.3):
            tormentor.command += retry(search, rng)
        if tormentor.command.retried:
            witness.release()
        typed, calm = tormentor.typed, rng.random() < CALM
        after = tormentor.undisturbed() if calm else rng.choice(kinds)()
        if after.struck:
            tally.strike(after.kind, typed)
        if after.struck and search.begun:
            taken.append(recording(search.directory))
        wrongs = len(tally.details)
        record = witness.check(after.kind, after.lines, retried=after.retried)
        if record is None and len(tally.details) > wrongs:
            return []
        ended = after.done
        if ended and witness.budget == search.whole_budget:
            if not encores:
                break
            encores, retrying = encores - 1, True
    _check_end(search, twin, witness, tally)
    return taken


def _kinds(tormentor: Tormentor) -> list[Callable[[], Aftermath]]:
    return [
        tormentor.signalled,
        tormentor.signalled,
        tormentor.killed_in_a_write,
        tormentor.killed_in_a_write,
        tormentor.failing_disk,
        tormentor.failing_disk,
        tormentor.full_disk,
        tormentor.jumping_clock,
        tormentor.second_driver,
        tormentor.reader,
    ]


def _check_end(search: Search, twin: Record, witness: Witness, tally: Tally) -> None:
    """It has the candidates that were asked for, going on with it changes nothing, and what reads
    it agrees."""
    life = search.start()
    life.run()
    record = witness.check("none", life.lines)
    where = f"{search.name}, {search.directory}"
    if life.code or record is None:
        tally.wrong("none", OTHER, f"{where}: the end is not one: {life.code} {life.errors}")
        return
    if record.candidates != search.whole_budget or len(record.finished) != len(record.trials):
        tally.wrong(
            "none", OTHER, f"{where}: {record.candidates} candidates of {search.whole_budget}"
        )
    if witness.reference is not None and record.journal() != twin.journal():
        tally.wrong("none", REPLAY, f"{where}: another journal than undisturbed")
    for words, end in ((["replay"], "; 0 differences"), (["leaderboard", "--format", "csv"], "")):
        reader = search.start([words[0], str(search.directory), *words[1:]])
        reader.run()
        if reader.code or reader.errors or not reader.lines[-1].endswith(end):
            tally.wrong("none", REPLAY, f"{where}: {words}: {reader.code} {reader.errors}")
