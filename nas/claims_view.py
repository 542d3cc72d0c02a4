"""A table of claims for a terminal, and one of the steps behind it."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from results.claim_table import HEADINGS, STEP_HEADINGS, claim_rows, step_rows
from results.claims import Claim

CAPTION = "better - worse, with the 95 % interval of the difference; claims.md says of what"


def claims_tables(claims: Sequence[Claim], caveat: str = "") -> list[Table]:
    """The claims, with a caveat above them if there is one, then their steps."""
    first = _table(HEADINGS, claim_rows(claims), CAPTION)
    first.title = Text(caveat, style="bold") if caveat else None
    return [
        first,
        _table(STEP_HEADINGS, step_rows(claims), "(beside): of interest, but decides nothing"),
    ]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Table:
    table = Table(caption=caption, show_lines=True)
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*map(Text, row))  # no markup: it holds [brackets]
    return table
