"""One search, disturbed again and again until it is done."""

import random
from collections.abc import Callable
from pathlib import Path

from results import TrialStore
from tests.torture.driver_faults import Aftermath, Tormentor
from tests.torture.file_faults import Recording, damage_copies, recording
from tests.torture.life import start
from tests.torture.searches import Search, new_search
from tests.torture.tally import OTHER, REPLAY, Tally
from tests.torture.witness import Record, Witness, read

CALM = 0.04  # the share of lives that nothing disturbs
MOST_LIVES = 200


def undisturbed(search: Search, folder: Path) -> Record:
    """The same search beside it, which nothing happens to."""
    twin = Search(search.name, folder / "twin", folder / "twin audit", search.budget, search.seed)
    twin.audit.mkdir()
    life = start(twin.words())
    life.run()
    if life.code:
        raise RuntimeError(f"{search} fails undisturbed: {life.errors}")
    with TrialStore.open_read_only(twin.directory) as store:
        return read(store)


def torture(name: str, folder: Path, rng: random.Random, tally: Tally, copies: int) -> None:
    """Disturb one search until it is done, and `copies` copies of its files, a few a kill."""
    search = new_search(name, folder, rng)
    twin = undisturbed(search, folder)
    witness = Witness(search, tally, twin.journal())
    tormentor = Tormentor(search, rng, tally)
    kinds: list[Callable[[], Aftermath]] = [
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
    taken: list[Recording] = []
    for _ in range(MOST_LIVES):
        calm = rng.random() < CALM
        after = tormentor.undisturbed() if calm else rng.choice(kinds)()
        tally.faults[after.kind] += after.struck
        if after.struck and search.begun:
            taken.append(recording(search.directory))
        if witness.check(after.kind, after.lines) is None and tally.wrongs:
            return
        if after.done:
            break
    _check_end(search, twin, witness, tally)
    if copies:
        for each in rng.sample(taken, min(4, len(taken))):
            damage_copies(each, folder, rng, tally, copies // 4)


def _check_end(search: Search, twin: Record, witness: Witness, tally: Tally) -> None:
    """It has the candidates that were asked for, and going on with it changes nothing."""
    life = start(["resume", str(search.directory)])
    life.run()
    record = witness.check("none", life.lines)
    where = f"{search.name}, {search.directory}"
    if life.code or record is None:
        tally.wrong("none", OTHER, f"{where}: the end is not one: {life.code} {life.errors}")
        return
    candidates = sum(trial.continues is None for trial in record.trials)
    if candidates != search.budget or len(record.finished) != len(record.trials):
        tally.wrong("none", OTHER, f"{where}: {candidates} candidates of {search.budget}")
    if record.journal() != twin.journal():
        tally.wrong("none", REPLAY, f"{where}: another journal than undisturbed")
