"""`nas rerank RUN_DIR`: train the best of a run with new seeds, and say which one is the best."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_parser import ConfigParser
from nas.errors import UsageError
from nas.interruption import stoppable

if TYPE_CHECKING:
    from rich.console import Console

    from nas.rerank_run import Trainings

BUDGET, TOP, ROWS = 10, 3, 10
NOTES = """Noise makes the top of every leaderboard look better than it is. This trains networks of
the run again, each time the one whose training decides most, and prints what to believe of
each: its true reward with a 90 % interval, and the probability that it is the best. Then the
best are trained once more, and scored on the test split as well, which no search has seen;
--budget does not count these. They are chosen once, and anew only where the race has trained more
since. The trainings are runs of their own in RUN_DIR/rerank; the search stays as it is. The same
command typed again goes on where it was stopped, and a larger --budget goes on from there;
`results.beliefs(RUN_DIR)` is the table in Python."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from rich.console import Console

    from nas.cluster_address import check_pump
    from nas.config_source import override_config
    from nas.given_noise import given_noise
    from nas.gpu_check import check_gpus
    from nas.rerank_command import race_trainings, rerank_command
    from nas.rerank_run import finals, has_test_split, race, rerank_config
    from nas.rerank_table import rerank_table, verdict
    from nas.tables import print_table
    from results import beliefs

    parser = _parser()
    known = parser.parse(words)
    for option, value in (("--budget", known.budget), ("--top", known.top)):
        if value < 0 or (value == 0 and option == "--budget"):
            raise UsageError(f"{option} {value}: give a number of at least 1")
    config = rerank_config(known.run)
    config = override_config(config.as_dict(), f"config of {known.run}", parser.overrides(known))
    noise = given_noise(known.noise, [known.run])
    check_pump(config)
    check_gpus(config)
    console = Console(file=sys.stderr)
    with stoppable("the same command goes on"):
        _drive(race(known.run, config, known.budget, noise), console, "trainings of contenders")
        if known.top and has_test_split(config):
            told = partial(console.print, soft_wrap=True, highlight=False, markup=False)
            tested = finals(known.run, config, known.top, told, noise)
            _drive(tested, console, "scored on the test split")
    frame = beliefs(known.run, noise)
    print_table(rerank_table(frame, ROWS))
    if known.top and not has_test_split(config):
        print(f"test: none: {_why_no_test(config.task.name)}")
    more = 2 * max(known.budget, race_trainings(known.run))
    print(verdict(frame, known.run, rerank_command(known.run, more, known.noise)))
    return 0


def _parser() -> ConfigParser:
    from nas.given_noise import HELP

    parser = ConfigParser(
        prog="nas rerank", description="Train the best of a run again.", epilog=NOTES
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    for option, default, text in (
        ("budget", BUDGET, "trainings with new seeds in all"),
        ("top", TOP, "networks to score on the test split; 0: none"),
    ):
        parser.add_argument(
            f"--{option}", metavar="N", type=int, default=default, help=f"{text} ({default})"
        )
    parser.add_argument("--noise", metavar="FILE|SD", help=HELP)
    for name in ("workers", "pump", "address"):
        field, metavar, text = parser.SHORT[name]
        parser.add_argument(f"--{name}", metavar=metavar, dest=field, help=text)
    for field, metavar in (("data.test", "FILE"), ("data.scenes_test", "N")):
        parser.add_argument(f"--{field}", metavar=metavar, dest=field, help="the test split")
    return parser


def _why_no_test(task: str) -> str:
    if task != "detection":
        return f"task {task} has no test split"
    return "the data have no test split: name one with --data.test (--data.scenes_test for scenes)"


def _drive(trainings: "AbstractContextManager[Trainings]", console: "Console", what: str) -> None:
    """All trainings that are left, showing how they go on standard error."""
    from nas.failure_summary import failure_line, failures
    from nas.progress import ProgressCounter
    from nas.progress_view import progress_view

    with trainings as (study, trials):
        store = study.store
        total = study.total
        if study.done:
            return
        console.print(f"{total} {what}, in {store.path.parent}", soft_wrap=True, highlight=False)
        counter = ProgressCounter(
            total, store.candidates(ended=True), failures(store), store.best()
        )
        with progress_view(console, counter.now()) as view:
            for trial in trials:
                view.show(counter.add(trial), trial)
        if (line := failure_line(store)) is not None:
            console.print(line, soft_wrap=True, highlight=False, markup=False)
