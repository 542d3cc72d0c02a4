"""When two block-spec lists are one network: an exact canonical form, and its hash.

What counts is the graph the builder makes (`graph.resolve`): level, type and is_output of every
live block, the unordered set of its resampled parents, the set merged into its sum, and the stem
chain. The order of independent blocks and dead blocks do not count.

Method: colour refinement along and against the edges; where that leaves a tie, individualise one
of the tied blocks, refine again, and keep the smallest form over the branches (the scheme of
McKay, "Practical graph isomorphism", 1981). Colours are 61-bit hashes: a collision can only
leave a tie more, never change the answer, because the form compared is the whole graph.
"""

from dataclasses import dataclass
from hashlib import blake2b

from search_space.block import BLOCK_FNS, NUM_STEM_FEATURES
from search_space.graph import Node, Wiring, built_stem_blocks, resolve

# Stem levels that are built; then per block in canonical order: level, type, is_output, parents,
# merged. Indices count the stem chain's blocks first.
Row = tuple[int, str, bool, tuple[int, ...], tuple[int, ...]]
Form = tuple[Row, ...]
Certificate = tuple[tuple[int, ...], Form]

_PRIME = (1 << 61) - 1
_PARENT, _MERGED = 0x1D8AF066D1B9A3F7, 0x0B7E151628AED2A7  # digits of no meaning, odd
_MULTIPLIER, _INCREMENT = 6364136223846793005, 1442695040888963407  # Knuth's MMIX


def architecture_key(wiring: Wiring) -> str:
    """32 hex characters: BLAKE2b-128 of the certificate."""
    return blake2b(repr(certificate(wiring)).encode(), digest_size=16).hexdigest()


def certificate(wiring: Wiring) -> Certificate:
    """Equal for two architectures exactly when their live graphs are isomorphic."""
    nodes = resolve(wiring)
    stem = wiring.stem_levels[: built_stem_blocks(wiring, nodes)]
    return stem, min(_canonical(wiring, [node for node in nodes if node.live]))


def canonical_order(wiring: Wiring) -> tuple[int, ...]:
    """Feature indices of the live blocks in the order of the certificate's rows.

    Where two architectures have one certificate, blocks of the same rank are the same block.
    """
    nodes = [node for node in resolve(wiring) if node.live]
    leaves = _canonical(wiring, nodes)
    return tuple(nodes[position].feature for position in leaves[min(leaves)])


def _canonical(wiring: Wiring, live: list[Node]) -> dict[Form, list[int]]:
    """Forms, the smallest among them, each with the order of live blocks that gives it."""
    first = len(wiring.stem_levels) - NUM_STEM_FEATURES  # chain position of feature 0
    graph = _Graph.of_live(live, first, len(wiring.stem_levels))
    return _leaves(graph, _told_apart(graph, _refine(graph, _twin_ranks(graph))))


@dataclass(frozen=True, slots=True)
class _Graph:
    """Live blocks only. Sources are numbered: stem chain first, then the blocks from `offset`."""

    offset: int
    labels: list[tuple[int, str, bool]]
    parents: list[tuple[int, ...]]
    merged: list[tuple[int, ...]]

    @staticmethod
    def of_live(nodes: list[Node], first: int, offset: int) -> "_Graph":
        place = {feature: first + feature for feature in range(NUM_STEM_FEATURES)}
        place |= {node.feature: offset + i for i, node in enumerate(nodes)}
        return _Graph(
            offset,
            [(node.level, node.block_fn, node.is_output) for node in nodes],
            [tuple([place[p] for p in node.parents]) for node in nodes],
            [tuple([place[m] for m in node.merged]) for node in nodes],
        )


def _twin_ranks(graph: _Graph) -> list[int]:
    """0, 1, ... among blocks with the same label, sources and consumers; else 0.

    Any order of such twins is as good as another: exchanging two of them changes nothing. So
    they are told apart here for nothing, where branching would cost a factorial.
    """
    consumers: list[list[tuple[int, int]]] = [[] for _ in graph.labels]
    for position, (parents, merged) in enumerate(zip(graph.parents, graph.merged, strict=True)):
        for role, sources in enumerate((parents, merged)):
            for source in sources:
                if source >= graph.offset:
                    consumers[source - graph.offset].append((role, position))
    seen: dict[object, int] = {}
    ranks = []
    rows = zip(graph.labels, graph.parents, graph.merged, consumers, strict=True)
    for label, parents, merged, used_by in rows:
        twin = (label, parents, merged, tuple(used_by))
        rank = seen.get(twin, 0)
        seen[twin] = rank + 1
        ranks.append(rank)
    return ranks


def _refine(graph: _Graph, colours: list[int]) -> list[int]:
    """Sweep along and against the edges until no more blocks come apart."""
    base = [
        (colour * 8 + level) * 4 + BLOCK_FNS.index(block_fn) * 2 + is_output
        for colour, (level, block_fn, is_output) in zip(colours, graph.labels, strict=True)
    ]
    classes = 0
    while True:
        base = _sweep(graph, base)
        found = len(set(base))
        if found in (classes, len(base)):
            return base
        classes = found


def _sweep(graph: _Graph, colours: list[int]) -> list[int]:
    offset = graph.offset
    along = [_mix(source) for source in range(offset)]
    for colour, parents, merged in zip(colours, graph.parents, graph.merged, strict=True):
        total = colour
        for source in parents:
            total += _PARENT * along[source]
        for source in merged:
            total += _MERGED * along[source]
        along.append(_mix(total))
    against = along[:]
    for position in range(len(colours) - 1, -1, -1):
        colour = against[offset + position] = _mix(against[offset + position])
        for source in graph.parents[position]:
            against[source] += _PARENT * colour
        for source in graph.merged[position]:
            against[source] += _MERGED * colour
    return against[offset:]


def _mix(value: int) -> int:
    value = (value * _MULTIPLIER + _INCREMENT) % _PRIME
    return (value ^ (value >> 29)) * _MULTIPLIER % _PRIME


def _told_apart(graph: _Graph, colours: list[int]) -> list[int]:
    """Finer colours where tied blocks are no mirror images, as in rings of several lengths.

    Each tied block is individualised by itself: what comes of the others tells it from its like.
    Without this every order of k such rings would be a branch. Colours that it cannot make finer
    stay as they are, and with them the keys.
    """
    classes = len(set(colours))
    if classes == len(colours):
        return colours
    finer = []
    for position, colour in enumerate(colours):
        found = colour
        if colours.count(colour) > 1:
            for other in sorted(_individualise(graph, colours, position)):
                found = _mix(found + other)
        finer.append(found)
    return _refine(graph, finer) if len(set(finer)) > classes else colours


def _leaves(graph: _Graph, colours: list[int]) -> dict[Form, list[int]]:
    """Candidate forms below this colouring, each with the order of blocks that gives it.

    A branch that is the mirror image of an earlier one has the same forms and is left out.
    """
    cell = _smallest_tie(colours)
    if not cell:
        order = sorted(range(len(colours)), key=colours.__getitem__)
        return {_form(graph, order): order}
    leaves: dict[Form, list[int]] = {}
    done: set[int] = set()
    for member in cell:
        branch = _individualise(graph, colours, member)
        order = _first_order(graph, branch)
        earlier = leaves.get(_form(graph, order))
        if earlier is None or not _mirrors(colours, earlier, order, member, done):
            leaves |= _leaves(graph, branch)
        done.add(member)
    return leaves


def _mirrors(
    colours: list[int], earlier: list[int], order: list[int], member: int, done: set[int]
) -> bool:
    """Whether taking `earlier` to `order` (equal forms: an automorphism) explains this branch.

    It does if it keeps the colours met so far and takes a branch already done to this one.
    """
    mirror = dict(zip(order, earlier, strict=True))
    return mirror[member] in done and all(colours[a] == colours[b] for a, b in mirror.items())


def _first_order(graph: _Graph, colours: list[int]) -> list[int]:
    while cell := _smallest_tie(colours):
        colours = _individualise(graph, colours, cell[0])
    return sorted(range(len(colours)), key=colours.__getitem__)


def _individualise(graph: _Graph, colours: list[int], member: int) -> list[int]:
    return _refine(graph, [2 * c + (i == member) for i, c in enumerate(colours)])


def _smallest_tie(colours: list[int]) -> list[int]:
    """Positions of the tied blocks to branch over, of the fewest and then the smallest colour."""
    if len(set(colours)) == len(colours):
        return []
    cells: dict[int, list[int]] = {}
    for position, colour in enumerate(colours):
        cells.setdefault(colour, []).append(position)
    return min((len(cell), colour, cell) for colour, cell in cells.items() if len(cell) > 1)[2]


def _form(graph: _Graph, order: list[int]) -> Form:
    place = list(range(graph.offset + len(order)))
    for rank, position in enumerate(order):
        place[graph.offset + position] = graph.offset + rank
    return tuple(
        [
            (
                *graph.labels[position],
                tuple(sorted([place[p] for p in graph.parents[position]])),
                tuple(sorted([place[m] for m in graph.merged[position]])),
            )
            for position in order
        ]
    )
