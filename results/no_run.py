"""What a directory is that was named as a run and is none."""

from pathlib import Path

from results.shell_word import shell_word

# Two files of a training, named once more: this room may not import those that write them.
METRICS, NETWORK = "metrics.jsonl", "architecture.json"
MOST_NAMED = 12


def no_run(directory: Path, run_file: str) -> str:
    """One line that names the way to a run, or to what else is there."""
    if all((directory / name).is_file() for name in (METRICS, NETWORK)):
        network = shell_word(directory / NETWORK)
        return (
            f"{directory} is a training of `nas train`: its scores are in {METRICS}, its network "
            f"is {network}"
        )
    runs = sorted(file.parent for file in directory.glob(f"*/{run_file}"))
    if not runs:
        return f"{directory} holds no {run_file}: name a directory that `nas search` made"
    named = ", ".join(shell_word(run) for run in runs[:MOST_NAMED])
    more = f" and {len(runs) - MOST_NAMED} more" if len(runs) > MOST_NAMED else ""
    return f"{directory} holds no {run_file}: name one of the runs in it: {named}{more}"
