"""The difference of two architectures as lines of text, one a changed block."""

from collections.abc import Iterator

from search_space.difference import Difference
from search_space.drawing.difference_words import describe, feature_levels, summarize
from search_space.graph import Node
from search_space.model_sizes import MODEL_SIZES

LEGEND = (
    "  ~ changed   > moved in the building order alone   - only in A   + only in B",
    "  parents and merges: the block's index in A -> in B; none: nothing in its place",
)
MOST_PERCENT = 3.0  # a ratio above is printed as one


def draw_difference_text(difference: Difference, names: tuple[str, str] = ("A", "B")) -> str:
    """Two heads, a summary, then a line for every block that is different as built.

    ~ is a block of both with its index in either, - one of the first alone, + one of the second
    alone, > one that is merely built at another place in the order.
    """
    lines = [*_heads(difference, names), "", summarize(difference)]
    rows = list(_rows(difference))
    if rows:
        lines += [
            "",
            _row(" ", "A", "B", "what differs"),
            *rows,
            "",
            *LEGEND,
        ]
    lines += _left_out(difference)
    return "\n".join(lines) + "\n"


def _heads(difference: Difference, names: tuple[str, str]) -> Iterator[str]:
    """Letter, name, key and cost of both, in columns."""
    width = max(len(name) for name in names)
    architectures, costs = (difference.first, difference.second), difference.costs
    for letter, name, architecture, cost in zip("AB", names, architectures, costs, strict=True):
        params = f"{cost.params / 1e6:.2f}M params"
        madds = f"{cost.madds / 1e9:.2f}B multiply-adds"
        if letter == "B":
            params += f" ({_ratio(cost.params / costs[0].params)})"
            madds += f" ({_ratio(cost.madds / costs[0].madds)})"
        yield (
            f"{letter}  {name:{width}}  {architecture.key}  "
            f"{len(architecture.blocks)} blocks  {params}  {madds}"
        )
    size = difference.size_name
    yield f"   backbones with the widths of {size}, {MODEL_SIZES[size].image_size} px"


def _ratio(ratio: float) -> str:
    return f"x{ratio:.1f}" if ratio > MOST_PERCENT else f"{ratio - 1:+.1%}"


def _rows(difference: Difference) -> Iterator[str]:
    """What is different, the stem first, then in the first's building order."""
    yield from _stem_rows(difference)
    levels = feature_levels(difference.first), feature_levels(difference.second)
    rows: list[tuple[int, str]] = []
    for pair in difference.pairs:
        first, second = pair.first.feature, pair.second.feature
        if pair.differs:
            words = describe(pair, levels) + "; moved" * pair.moved
            rows.append((first, _row("~", first, second, words)))
        elif pair.moved and pair.first.live:
            rows.append((first, _row(">", first, second, "moved, else unchanged")))
    for node in difference.removed:
        rows.append((node.feature, _row("-", node.feature, "", _block(node))))
    for node in difference.added:
        rows.append((len(levels[0]), _row("+", "", node.feature, _block(node))))
    yield from (row for _, row in sorted(rows, key=lambda row: row[0]))


def _stem_rows(difference: Difference) -> Iterator[str]:
    old, new = [
        f"{block_fn} at {', '.join(f'L{level}' for level in levels)}"
        for block_fn, levels in difference.stems
    ]
    if old != new:
        yield _row("-", "stem", "", old)
        yield _row("+", "", "stem", new)


def _row(mark: str, first: int | str, second: int | str, words: str) -> str:
    return f"{mark} {first:>4} {second:>4}  {words}"


def _block(node: Node) -> str:
    parents = " and ".join(map(str, node.parents))
    output = f", output P{node.level}" if node.is_output else ""
    return f"L{node.level} {node.block_fn} of {parents}{output}"


def _left_out(difference: Difference) -> Iterator[str]:
    """Blocks that are built in neither or have no partner and are not built."""
    firsts = [pair.first.feature for pair in difference.pairs if not pair.first.live]
    firsts += [node.feature for node in difference.only_first if not node.live]
    seconds = [pair.second.feature for pair in difference.pairs if not pair.second.live]
    seconds += [node.feature for node in difference.only_second if not node.live]
    found = [
        f"{letter} {', '.join(map(str, features))}"
        for letter, features in (("A", firsts), ("B", seconds))
        if features
    ]
    if found:
        yield ""
        yield f"not built, for no output depends on them: {'; '.join(found)}"
