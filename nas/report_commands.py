"""What to type next, of a run: for its report."""

from pathlib import Path

from nas.baselines import baselines_left
from nas.config import Config
from nas.errors import UsageError
from nas.rerank_command import race_trainings, rerank_command
from nas.run_directory import refuse_planned
from nas.run_end import is_ended
from nas.stored_config import stored_config
from results import TrialStore
from results.errors import ResultsError
from results.several_runs import Run, opened, run_name
from results.shell_word import shell_word

RERANKINGS = 10
Typed = list[tuple[str, str]]


def report_commands(run: Run, winner: int | None, noise: str | None = None) -> Typed:
    """What for, and the command, of a run and the number of its winner.

    Those that would do something: none that goes on with what is no search, or trains what has
    been trained. `noise`: what was typed. Raises NotARun and its kin.
    """
    name = run_name(run)
    directory = shell_word(name)
    with opened(run, part=True) as store:
        config = _config(store)
        found = [] if config is None else [_resume(store, config, directory)]
        if config is not None and winner is not None:
            found += _trainings(store.path.parent, config, name, noise)
    if winner is not None:
        trial = shell_word(f"{name}:{winner}")
        found += [
            ("Draw the winner", f"nas show {trial} --format svg --output winner.svg"),
            (
                "Take the winner's backbone elsewhere",
                f"nas export {trial} --format onnx --output winner.onnx",
            ),
        ]
    found.append(
        ("All trials as a table", f"nas leaderboard {directory} --format csv --output trials.csv")
    )
    if config is not None:
        replay = f"nas replay {directory}"
        found.append(("Check that the search derives every proposal again", replay))
    return found


def _config(store: TrialStore) -> Config | None:
    """None of what no search made, or none that is known."""
    try:
        refuse_planned(store, store.path.parent)
        return stored_config(store, store.path.parent)
    except (ResultsError, UsageError):
        return None


def _resume(store: TrialStore, config: Config, directory: str) -> tuple[str, str]:
    if store.running() or not is_ended(store, config, store.candidates(ended=True)):
        return "Go on with the search, if it was stopped", f"nas resume {directory}"
    trials = 2 * store.candidates()
    return "Search as long again", f"nas resume {directory} --trials {trials}"


def _trainings(directory: Path, config: Config, name: str, noise: str | None) -> Typed:
    """Of networks again, and of others."""
    budget = max(RERANKINGS, 2 * race_trainings(directory))
    found = [
        (
            "Train the contenders again, to be surer which is the best",
            rerank_command(name, budget, noise),
        )
    ]
    if baselines_left(directory, config):
        others = "Train SpineNet-49 and others by this protocol"
        found.append((others, f"nas baselines {shell_word(name)}"))
    return found
