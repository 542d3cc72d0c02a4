"""A scorecard as a table for a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from nas.scorecard_row import ScorecardRow
from nas.scorecard_settings import SPINEBENCH, ScorecardSettings
from nas.scorecard_statistics import UNREACHED
from results.estimate import Estimate

FEWEST_FOR_95 = 6  # seeds, of a median's interval
COLUMNS = ("ratio", "gain", "missed", "evals", "regret", "hypervolume", "ms")


def scorecard_table(rows: Sequence[ScorecardRow], settings: ScorecardSettings) -> Table:
    """One row a controller and landscape; what the columns mean is below them."""
    table = Table(
        caption=_caption(settings),
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("landscape", no_wrap=True)
    table.add_column("controller", min_width=11, overflow="fold")
    for name in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    lost = any(row.behind for row in rows)
    if lost:
        table.add_column("behind", min_width=8)
    for previous, row in zip((None, *rows), rows, strict=False):
        if previous is not None and previous.landscape != row.landscape:
            table.add_section()
        cells = [*_cells(row, settings), *([_behind(row)] if lost else [])]
        table.add_row(*map(Text, cells))  # no markup: intervals are in [brackets]
    return table


def _cells(row: ScorecardRow, settings: ScorecardSettings) -> list[str]:
    beyond = ">" if row.evaluations >= int(settings.budget / UNREACHED) else ""
    return [
        row.landscape,
        row.controller,
        _ratio(row.ratio),
        "yes" if row.gain else "",
        f"{row.unreached}/{settings.seeds}",
        f"{beyond}{row.evaluations:.0f}",
        _with_interval(row.regret),
        _with_interval(row.hypervolume),
        f"{row.cpu_ms_per_proposal:.2f}",
    ]


def _ratio(estimate: Estimate) -> str:
    """With ≤ at what unreached goals bound."""
    texts = [
        f"{'≤' if value <= UNREACHED else ''}{value:.2f}"
        for value in (estimate.value, estimate.low, estimate.high)
    ]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]"


def _behind(row: ScorecardRow) -> str:
    """References that are ahead, those in brackets that may be so by chance."""
    return ", ".join(name if name in row.loses_to else f"({name})" for name in row.behind)


def _with_interval(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def _interval(settings: ScorecardSettings) -> str:
    return "95 % over seeds" if settings.seeds >= FEWEST_FOR_95 else "range over seeds"


def _caption(settings: ScorecardSettings) -> str:
    return (
        f"Space {settings.space}, budget {settings.budget}, noise {settings.noise:g}"
        f"{' (spinebench: as measured)' if SPINEBENCH in settings.landscapes else ''}, seeds "
        f"{settings.all_seeds[0]} to {settings.all_seeds[-1]}; [ ]: {_interval(settings)}.\n"
        "ratio: budget by the evaluations (evals) until the best reward reaches random search's "
        "median best.\n"
        f"missed: runs that do not reach it; they count as {UNREACHED:g}, an upper bound. "
        "gain: above 1\ntoo often for chance (5 %, all rows of a landscape together). behind: "
        "references with a\nlarger ratio, in brackets where that may be chance. "
        "regret: in deviations between\nuniform members, at the budget. hypervolume: of reward and "
        "multiply-adds, in random search's.\nms: CPU time of a proposal, on this machine."
    )
