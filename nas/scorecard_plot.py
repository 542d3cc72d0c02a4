"""A scorecard as a picture: best-so-far curves and ratios, for people and papers."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nas.errors import UsageError
from nas.scorecard_row import ScorecardRow
from nas.scorecard_settings import ScorecardSettings
from proxy_tasks.extras import import_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = {".svg": "svg", ".png": "png"}
# Okabe and Ito, "Color Universal Design" (2008), without the yellow, which fades on white.
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES: Final = ("-", "--", ":")  # tell those apart whose colour is the same
BASELINE, BASELINE_COLOUR = "random", "#888888"


def plot_format(file: str) -> str:
    """`svg` or `png`, by the suffix.

    Raises UsageError for another, MissingExtra where matplotlib is not installed.
    """
    suffix = Path(file).suffix.lower()
    if suffix not in FORMATS:
        raise UsageError(f"--plot {file}: give a name that ends in {' or '.join(FORMATS)}")
    import_extra("matplotlib", "scorecard")
    return FORMATS[suffix]


def scorecard_plot(
    rows: Sequence[ScorecardRow], settings: ScorecardSettings, file_format: str
) -> bytes:
    """A column a landscape: above, the mean value of the incumbent; below, the ratios.

    Bands and bars are 95 % intervals over seeds.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    families = list(dict.fromkeys(row.landscape for row in rows))
    styles = line_styles(sorted({row.controller for row in rows}))
    limits = 0.9 * min(row.ratio.low for row in rows), 1.1 * max(row.ratio.high for row in rows)
    with rc_context(
        {
            "svg.hashsalt": "spinenas",  # the same scorecard is the same file
            "svg.fonttype": "none",
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 10,
        }
    ):
        height = 4.2 + 0.24 * len(styles)
        figure = Figure(figsize=(1.0 + 3.6 * len(families), height), layout="constrained")
        axes = figure.subplots(
            2, len(families), squeeze=False, height_ratios=[3.2, 0.6 + 0.24 * len(styles)]
        )
        for column, family in enumerate(families):
            members = [row for row in rows if row.landscape == family]
            _draw_curves(axes[0, column], members, styles)
            _draw_ratios(axes[1, column], members, styles, limits)
            axes[0, column].set_title(family)
        axes[0, 0].set_ylabel("value of the best candidate\n(SD between uniform members)")
        return _saved(figure, settings, file_format)


def line_styles(controllers: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and dashes of each controller; no two are alike among 21."""
    others = [name for name in controllers if name != BASELINE]
    styles = {
        name: (COLOURS[i % len(COLOURS)], DASHES[i // len(COLOURS) % len(DASHES)])
        for i, name in enumerate(others)
    }
    return {BASELINE: (BASELINE_COLOUR, "-"), **styles}


def _draw_curves(
    axes: "Axes", rows: Sequence[ScorecardRow], styles: dict[str, tuple[str, str]]
) -> None:
    for row in rows:
        colour, dashes = styles[row.controller]
        mean, low, high = row.curve
        axes.fill_between(row.curve_evaluations, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(row.curve_evaluations, mean, color=colour, linestyle=dashes, linewidth=1.5)
    axes.set_xscale("log")
    ticks = [tick for tick in (1, 10, 100, 1000, 10_000) if tick <= rows[0].curve_evaluations[-1]]
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.set_xlabel("evaluations")
    axes.grid(alpha=0.25, linewidth=0.5)


def _draw_ratios(
    axes: "Axes",
    rows: Sequence[ScorecardRow],
    styles: dict[str, tuple[str, str]],
    limits: tuple[float, float],
) -> None:
    names = [row.controller for row in rows]
    for place, row in enumerate(rows):
        colour, dashes = styles[row.controller]
        ends = [row.ratio.low, row.ratio.high]
        axes.plot(ends, [place, place], color=colour, linestyle=dashes, linewidth=2)
        axes.plot(row.ratio.value, place, "o", color=colour, markersize=5)
    axes.axvline(1.0, color="black", linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    ticks = [2**power for power in range(11)]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(limits)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)  # the best is on top
    axes.set_xlabel("ratio (budget ÷ evaluations)")


def _saved(figure: "Figure", settings: ScorecardSettings, file_format: str) -> bytes:
    figure.suptitle(
        f"{settings.space}, budget {settings.budget}, noise {settings.noise:g}, "
        f"{settings.seeds} seeds",
        fontsize=9,
    )
    content = BytesIO()
    metadata = {"Date": None} if file_format == "svg" else None
    figure.savefig(content, format=file_format, dpi=150, metadata=metadata)
    return content.getvalue()
