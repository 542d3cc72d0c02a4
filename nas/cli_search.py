"""`nas search [PRESET|FILE.toml]`: a new run."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_parser import ConfigParser, split_open_options
from nas.config import Config
from nas.interruption import stoppable
from results import TrialStore

if TYPE_CHECKING:
    from nas.compose import Parts

FAILED = 1  # the exit code of a search in which nothing succeeded


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.compose import make_parts
    from nas.config_source import load_config, preset_names
    from nas.data_progress import data_progress
    from nas.run_directory import create_run, default_run_directory, refuse_occupied
    from nas.warm_start import read_warm_start

    parser = ConfigParser(prog="nas search", description="Search, and print a leaderboard.")
    parser.add_argument(
        "source",
        metavar="PRESET|FILE.toml",
        nargs="?",
        default="quick",
        help=f"{', '.join(preset_names())}, or a config file (default: quick)",
    )
    parser.add_argument("--run-dir", metavar="DIR", type=Path, help="default: a new one in runs/")
    parser.add_argument(
        "--warm-start",
        metavar="RUN_DIR[,RUN_DIR]",
        action="append",
        help="tell the controller what these runs found, before its first proposal; they have the "
        "same fidelity, data and training, their space may differ (search.warm_start)",
    )
    parser.add_config_options(
        ["data", "trials", "workers", "seed", "controller", "space", "pump", "address"]
    )
    rest, open_options = split_open_options(words)
    known = parser.parse(rest)
    given = {**parser.overrides(known), **open_options}
    if known.warm_start:
        runs = [run for text in known.warm_start for run in text.split(",")]
        given["search.warm_start"] = json.dumps(runs, ensure_ascii=False)  # TOML's spelling too
    config = load_config(known.source, given)
    directory = known.run_dir or default_run_directory(known.source)
    refuse_occupied(directory)
    with data_progress() as progress:
        parts = make_parts(config, progress)
    warm = None
    if config.search.warm_start:
        warm = read_warm_start(config, parts.space, parts.objective)
    with resumable(directory), create_run(directory, config, warm) as store:
        return drive(config, parts, store, directory)


def resumable(directory: Path) -> AbstractContextManager[object]:
    """Lets Ctrl-C and SIGTERM say how to go on with a run."""
    from results.shell_word import shell_word

    return stoppable(f"`nas resume {shell_word(directory)}` goes on")


def drive(config: Config, parts: "Parts", store: TrialStore, directory: Path) -> int:
    """Run a search to its end, showing how it goes; then the leaderboard and what to type next."""
    from nas.failure_summary import failure_line, failures
    from nas.progress import ProgressCounter
    from nas.progress_view import progress_view
    from nas.search import search
    from nas.tables import leaderboard_table, noted, wide_console
    from nas.warm_start import warm_start_lines
    from results import leaderboard
    from results.reward_source import source_lines
    from results.shell_word import shell_word

    console = wide_console()
    for line in (f"run directory: {directory}", *warm_start_lines(store)):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    done = store.candidates(ended=True)
    with search(config, parts, store) as (study, trials):
        if config.search.pump == "ray" and not study.done:
            console.print(f"starting {config.search.workers} workers ...")
        counter = ProgressCounter(study.budget, done, failures(store), store.best())
        with progress_view(console, counter.now()) as view:
            for trial in trials:
                view.show(counter.add(trial), trial)
    if study.exhausted:
        console.print("the controller found no architecture that is not known: stopped early")
    frame = leaderboard(store)
    console.print(noted(leaderboard_table(frame, 10), source_lines([store])))
    if (failed := failure_line(store)) is not None:
        console.print(failed, soft_wrap=True, highlight=False, markup=False)
    best = store.best()
    if best is None:
        console.print("no candidate has a reward: see the failures above")
        return FAILED
    minimised = getattr(parts.controller, "needs_metric", None)
    run, winner = shell_word(directory), shell_word(f"{directory}:{best.number}")
    ways = [f"nas rerank {run} --budget 10", f"nas report {run}", f"nas show {winner}"]
    if minimised:
        ways.append(f"nas leaderboard {run} --front {minimised}")
    ways += [f"nas leaderboard {run} --format csv", f"nas resume {run} --trials {2 * study.budget}"]
    text = "\n  ".join(["next:", *ways])
    console.print(text, soft_wrap=True, highlight=False, markup=False)
    return 0
