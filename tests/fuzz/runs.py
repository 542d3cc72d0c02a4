"""Run directories that are damaged: what is said and made of them is the truth, or a refusal."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from results import Trial, TrialStore, WarmTrial
from tests.fuzz.command import Answer, nas
from tests.fuzz.engine import Case, Fault
from tests.fuzz.run_damage import DAMAGE, restructure

TRIALS = 6
WORDS = ["--task.name", "analytic", "--task.options.noise", "0.1", "--pump", "local"]
SEARCH = ["search", "smoke", *WORDS]
WARM = [*SEARCH, "--trials", "1", "--run-dir", "warm", "--warm-start", "run"]
RESUME = ["resume", "run", "--trials", str(TRIALS + 2)]
FRONT = ["--front", "madds", "--format", "json"]


@dataclass(frozen=True, slots=True)
class Truth:
    """What the undamaged run is, and what comes of it."""

    rows: list[dict[str, Any]]
    front: list[dict[str, Any]]
    resumed: list[dict[str, Any]]
    networks: list[bytes]
    finished: list[Trial]
    replayed: bytes
    told: list[WarmTrial]


def make_runs(home: Path) -> Case:
    """What is said and made of a damaged copy of a run: the truth, or that it is damaged."""
    nas([*SEARCH, "--trials", str(TRIALS), "--run-dir", "whole"], home)
    whole, undamaged = home / "whole", home / "undamaged"
    undamaged.mkdir()
    shutil.copytree(whole, undamaged / "run")
    truth = _truth(undamaged)

    def case(rng: Random, folder: Path) -> bool:
        run = folder / "run"
        shutil.copytree(whole, run)
        damage = rng.choice(DAMAGE)
        damage(run, rng)
        # Who writes SQL may take rows of trials out, and a leaderboard knows of no others.
        accepted = _check_shown(folder, rng, truth, gone=damage is restructure)
        match rng.randrange(11):
            case 0:
                _check_resumed(folder, truth)
            case 1:
                nas(["space", "run", "--samples", "3"], folder)
            case 2:
                nas(["evaluate", "run:0", "--task.name", "analytic"], folder)
            case 3:
                nas(["cost", "run:1"], folder)
            case 4 | 5:
                _check_taken(["fork", "run", "new"], folder, truth)
            case 6 | 7:
                _check_taken(["merge", "run", "-o", "new"], folder, truth)
            case 8:
                _check_replayed(folder, truth)
            case 9:
                _check_told(folder, truth)
        return accepted

    return case


def _truth(folder: Path) -> Truth:
    with TrialStore.open_read_only(folder / "run") as store:
        finished = store.finished()
    nas(WARM, folder)
    with TrialStore.open_read_only(folder / "warm") as store:
        told = store.warm_trials()
    rows, front = _rows(_leaderboard(folder)), _rows(_leaderboard(folder, *FRONT))
    networks = [_network(folder, number).output for number in range(TRIALS)]
    replayed = nas(["replay", "run"], folder).output
    nas(RESUME, folder)
    return Truth(rows, front, _rows(_leaderboard(folder)), networks, finished, replayed, told)


def _check_shown(folder: Path, rng: Random, truth: Truth, *, gone: bool) -> bool:
    """Whether there is a leaderboard, which is as it was; `gone`: or less than that."""
    answers = _leaderboard(folder), _leaderboard(folder, *FRONT)
    for answer, rows in zip(answers, (truth.rows, truth.front), strict=True):
        if answer.code == 0:
            _compare(_rows(answer), rows, "shown", gone=gone)
    number = rng.randrange(TRIALS)
    shown = _network(folder, number)
    if shown.code == 0 and shown.output != truth.networks[number]:
        raise Fault(f"trial {number} has another network than it had")
    return answers[0].accepted


def _check_resumed(folder: Path, truth: Truth) -> None:
    """What goes on with a damaged run ends as the undamaged one does, or is refused."""
    if nas(RESUME, folder).code == 0:
        _compare(_rows(_leaderboard(folder)), truth.resumed, "in the resumed run")


def _check_taken(words: Sequence[str], folder: Path, truth: Truth) -> None:
    """A new run has all trials of a damaged one, or is not made."""
    if nas(words, folder).code == 0:
        with TrialStore.open_read_only(folder / "new") as store:
            _compare(store.finished(), truth.finished, f"after nas {words[0]}")
    elif (folder / "new").exists():
        raise Fault(f"nas {words[0]} is refused, and leaves something behind")


def _check_replayed(folder: Path, truth: Truth) -> None:
    answer = nas(["replay", "run"], folder)
    if answer.code == 0 and answer.output != truth.replayed:
        raise Fault(f"replayed otherwise: {answer.output.decode()}")


def _check_told(folder: Path, truth: Truth) -> None:
    if nas(WARM, folder).code == 0:
        with TrialStore.open_read_only(folder / "warm") as store:
            told = store.warm_trials()
        # Each names its run, by the folder of the case.
        _compare([_known(one) for one in told], [_known(one) for one in truth.told], "told")


def _known(told: WarmTrial) -> tuple[Any, ...]:
    return told.number, told.genotype, told.reward, told.metrics


def _compare(found: Sequence[Any], truth: Sequence[Any], where: str, *, gone: bool = False) -> None:
    wrong = [one for one in found if one not in truth]
    if wrong or (found != truth and not gone):
        told = f"{str(wrong[:1])[:300]} of {len(found)}, instead of {len(truth)}"
        raise Fault(f"trials {where} wrongly: {told}")


def _network(folder: Path, number: int) -> Answer:
    return nas(["show", f"run:{number}", "--format", "json"], folder)


def _leaderboard(folder: Path, *more: str) -> Answer:
    return nas(["leaderboard", "run", *(more or ("--format", "json"))], folder)


def _rows(answer: Answer) -> list[dict[str, Any]]:
    """The trials of a leaderboard, without what differs between two runs of the same trial."""
    rows: list[dict[str, Any]] = json.loads(answer.output)
    for row in rows:
        for name in ("started", "finished", "seconds"):
            row.pop(name, None)
    return rows
