"""`nas scorecard --halving SHARE,...`: how many training steps rungs save."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from nas.cli_output import write_output
from nas.errors import UsageError
from nas.scorecard_halving import HalvingRow, compare_halving
from nas.scorecard_output import tell, whole_output
from nas.scorecard_settings import ScorecardSettings
from nas.tables import print_table

Progress = Callable[[], AbstractContextManager[Callable[[int, int], None]]]

FAILED = 2


def run_halving(settings: ScorecardSettings, known: Namespace, progress: Progress) -> int:
    """Run the comparison and print it, as the scorecard without rungs is."""
    if known.plot is not None:
        raise UsageError("--plot draws no comparison with --halving: leave one of them out")
    from nas.scorecard import check_names

    check_names(settings)
    with progress() as on_progress:
        rows, failures = compare_halving(settings, known.workers, on_progress)
    for line in failures.values():
        tell(f"nas: {line}; it is left out")
    document = _json(rows, settings)
    if known.output is not None:
        write_output(document, known.output)
    with whole_output(known.output):
        if known.format == "table" and sys.stdout is not None:
            print_table(halving_table(rows, settings))
        elif known.output is None:
            write_output(document, None)
    return FAILED if failures else 0


def halving_table(rows: Sequence[HalvingRow], settings: ScorecardSettings) -> Table:
    """One row a controller and landscape; what the columns mean is below them."""
    shares = ", ".join(f"{share:g}" for share in settings.halving)
    table = Table(
        caption=f"Space {settings.space}, budget {settings.budget} whole trainings,\n"
        f"noise {settings.noise:g}, seeds {settings.all_seeds[0]} to {settings.all_seeds[-1]}.\n"
        f"Rungs at {shares} of a training, one of {settings.reduction} goes on.\n"
        "steps ratio: how many times less training searches with\n"
        "rungs need for the least mean regret that both come to;\n"
        "below 1 they need more. [ ]: 95 % bootstrap.\n"
        "regret: at the budget, in deviations between members.",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in ("landscape", "controller"):
        table.add_column(name, no_wrap=True)
    for name in ("steps ratio", "regret", "regret without"):
        table.add_column(name, justify="right", no_wrap=True)
    for previous, row in zip((None, *rows), rows, strict=False):
        if previous is not None and previous.landscape != row.landscape:
            table.add_section()
        ratio = f"{row.ratio.value:.2f} [{row.ratio.low:.2f}, {row.ratio.high:.2f}]"
        regrets = (f"{row.regret:.2f}", f"{row.regret_without:.2f}")
        table.add_row(*map(Text, (row.landscape, row.controller, ratio, *regrets)))
    return table


def _json(rows: Sequence[HalvingRow], settings: ScorecardSettings) -> bytes:
    said = {
        "budget": settings.budget,
        "seeds": settings.seeds,
        "first_seed": settings.first_seed,
        "space": settings.space,
        "noise": settings.noise,
        "halving": list(settings.halving),
        "reduction": settings.reduction,
        "spinenas": version("spinenas"),
        "command": settings.command,
    }
    lines = [json.dumps(row.as_dict() | said, allow_nan=False) for row in rows]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()
