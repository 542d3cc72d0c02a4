"""`nas baselines RUN_DIR [NAME ...]`: train known networks as a run trains its candidates."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_parser import OneLineParser

if TYPE_CHECKING:
    import pandas as pd

FAILED = 1
NOTES = """Trained in this process, one after another, with the config that the run began with and
seeds 0, 1, 2 ...; the run itself stays as it is. What was trained is kept in
RUN_DIR/baselines.jsonl, and the same command typed again goes on where it was stopped. A ResNet-FPN
has the widths of the run's networks."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand. Returns 1 where no training succeeded."""
    from nas.baselines import train_baselines
    from nas.interruption import stoppable
    from results import baseline_standings

    parser = OneLineParser(
        prog="nas baselines",
        description="Train known networks by the protocol of a run.",
        epilog=NOTES,
    )
    parser.add_argument("run", metavar="RUN_DIR", type=Path)
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        default=(),  # without one argparse says that a NAME is required
        help="spinenet-49, another published name (also resnet-50-fpn), RUN_DIR:TRIAL, a JSON "
        "file; before --seeds (default: spinenet-49, r0-sp53, resnet-50-fpn)",
    )
    parser.add_argument(
        "--seeds", metavar="N", type=int, default=3, help="trainings of each (default: 3)"
    )
    known = parser.parse(words)
    with stoppable("the same command goes on"):
        for one in train_baselines(known.run, known.names, known.seeds):
            said = f"reward {one.reward}" if one.failure is None else str(one.failure)
            print(f"{one.name}  seed {one.seed}  {said}", flush=True)
    standings = baseline_standings(known.run)
    for line in _lines(standings):
        print(line)
    return 0 if len(standings) else FAILED


def _lines(standings: "pd.DataFrame") -> list[str]:
    import pandas as pd

    return [
        f"{row['name']}: {row['mean']:.4f}"
        + ("" if pd.isna(row["error"]) else f" ± {row['error']:.4f}")
        + f" ({row['seeds']} seed{'s' if row['seeds'] > 1 else ''}); "
        + f"{row['above']} of {row['candidates']} candidates are above"
        for _, row in standings.iterrows()
    ]
