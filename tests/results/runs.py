"""Trials and runs for the tests of this room."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from results import Outcome, Trial, TrialStore
from results.networks import RERANK
from results.reranked import RERANKED, origin
from search_space import SPINENET_49, Architecture

FIDELITY = '{"image_size":64,"steps":200}'


def architecture(number: int) -> Architecture:
    """One of 2**14 wirings of SpineNet-49's first blocks, by number; 0 is SpineNet-49."""
    blocks = list(SPINENET_49.blocks)
    for bit in range(number.bit_length()):
        if number >> bit & 1:
            block = blocks[bit]
            other = "residual" if block.block_fn == "bottleneck" else "bottleneck"
            blocks[bit] = replace(block, block_fn=other)
    return Architecture(tuple(blocks))


def trial(number: int, fidelity: str = FIDELITY) -> Trial:
    return Trial(
        number=number,
        genotype=(number, 1, 2),
        architecture=architecture(number),
        fidelity=fidelity,
        seed=1000 + number,
        started=1.7e9 + number,
        metrics={"params": 100 + number, "madds": 10**10 + number},
    )


def scored(average_precision: float) -> Outcome:
    return Outcome.success({"AP": average_precision, "seconds": 12.5})


def make_run(directory: Path, rewards: list[float]) -> Path:
    """A closed run of completed trials with these rewards."""
    with TrialStore.create(directory, {"preset": "test"}) as store:
        for number, reward in enumerate(rewards):
            store.propose(trial(number))
            store.finish(number, scored(reward), reward)
    return store.path


def retrain(run: Path, rewards: Iterable[tuple[int, float]]) -> None:
    """As `nas rerank` does: trials of the run once more, each with a new seed and this reward."""
    with TrialStore.open_read_only(run) as search:
        meta = {RERANKED: str(origin(search))}
        again = [(search.trial(number), reward) for number, reward in rewards]
    with TrialStore.create(run / RERANK, meta) as store:
        for number, (one, reward) in enumerate(again):
            new = replace(trial(number), architecture=one.architecture, fidelity=one.fidelity)
            store.propose(replace(new, seed=number))
            store.finish(number, scored(reward), reward)
