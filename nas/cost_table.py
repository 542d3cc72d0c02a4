"""The table of `nas cost`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from nas.cli_cost import Row


def cost_table(rows: Sequence["Row"]) -> Table:
    """Ours beside the published; differences in per cent, without norms and with."""
    published = any(row.published for row in rows)
    table = Table(title=rows[0].network)
    table.add_column("model", no_wrap=True)
    for name in ("size", "params M", "published", "madds B", "+ norms", "published"):
        if published or name != "published":
            table.add_column(name, justify="right", no_wrap=True)
    if published:
        table.add_column("madds", justify="right", no_wrap=True)
        table.add_column("+ norms", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, published))
    return table


def _cells(row: "Row", published: bool) -> list[str]:
    cost, found = row.cost, row.published
    counted = cost.madds + cost.norms
    height, width = row.size
    size = str(height) if height == width else f"{height}x{width}"
    cells = [row.model, size, f"{cost.params / 1e6:.3f}"]
    if published:
        cells.append("" if found is None or found.params is None else f"{found.params / 1e6:g}")
    cells += [f"{cost.madds / 1e9:.3f}", f"{counted / 1e9:.3f}"]
    if published and found is not None:
        cells.append(f"{found.madds / 1e9:g}")
        cells += [f"{100 * (count / found.madds - 1):+.2f} %" for count in (cost.madds, counted)]
    return cells
