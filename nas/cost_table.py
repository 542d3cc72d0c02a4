"""The table of `nas cost`."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from nas.cost_rows import CostRow

OURS = ("params M", "madds B", "+ norms")


def cost_table(rows: Sequence[CostRow], title: str) -> Table:
    """Ours beside the published, and the differences; of multiply-adds without norms and with."""
    published = any(row.published for row in rows)
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", no_wrap=True)
    names = ["px", *OURS]
    if published:
        names = ["px", "params M", "published", "diff.", "madds B", "+ norms", "published"]
        names += ["diff.", "with norms"]
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, published))
    return table


def _cells(row: CostRow, published: bool) -> list[str | Text]:
    cost, found, model = row.cost, row.published, _name(row.model)
    counted = cost.madds + cost.norms
    height, width = row.size
    size = str(height) if height == width else f"{height}x{width}"
    params, madds = f"{cost.params / 1e6:.3f}", [f"{n / 1e9:.3f}" for n in (cost.madds, counted)]
    if not published:
        return [model, size, params, *madds]
    if found is None:
        return [model, size, params, "", "", *madds]
    beside = ["", ""]
    if found.params is not None:
        beside = [f"{found.params / 1e6:g}", _percent(cost.params, found.params)]
    differences = [_percent(count, found.madds) for count in (cost.madds, counted)]
    return [model, size, params, *beside, *madds, f"{found.madds / 1e9:g}", *differences]


def _name(model: str) -> Text:
    """Without markup, a file may be called [x].json; without what no terminal should be sent."""
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in model)
    return Text("".join(shown))


def _percent(ours: int, published: int) -> str:
    return f"{100 * (ours / published - 1):+.2f} %"
