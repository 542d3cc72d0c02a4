"""What to type next, of a run: for its report."""

from nas.run_directory import typed
from results.several_runs import Run, run_name

RERANKINGS = 10


def report_commands(run: Run, winner: int | None) -> list[tuple[str, str]]:
    """What for, and the command, of a run and the number of its winner."""
    name = run_name(run)
    directory = typed(name)
    found = [("Go on with the search, if it was stopped", f"nas resume {directory}")]
    if winner is not None:
        trial = typed(f"{name}:{winner}")
        found += [
            (
                "Train the contenders again, to be surer which is the best",
                f"nas rerank {directory} --budget {RERANKINGS}",
            ),
            ("Train SpineNet-49 and others by this protocol", f"nas baselines {directory}"),
            ("Draw the winner", f"nas show {trial} --format svg --output winner.svg"),
            (
                "Take the winner's backbone elsewhere",
                f"nas export {trial} --format onnx --output winner.onnx",
            ),
        ]
    return [
        *found,
        ("All trials as a table", f"nas leaderboard {directory} --format csv --output trials.csv"),
        ("Check that the search derives every proposal again", f"nas replay {directory}"),
    ]
