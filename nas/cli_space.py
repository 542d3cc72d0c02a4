"""`nas space [SPACE]`: the decisions, size and make-up of a search space."""

import json
from collections.abc import Iterator, Sequence

import numpy as np

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from nas.space_source import find_space
from search_space.space_presets import SPACES
from search_space.space_summary import SpaceSummary, published_members, summarize
from search_space.spinenet_space import SpineNetSpace

MOST_SAMPLES = 1_000_000  # some minutes
LARGE = 1_000_000  # from here on a count is written as a power of ten
EPILOG = """size counts each list of block specs once; naive_size counts the encodings that lead to
them: the paper's permutations of blocks and offsets of levels. A block dangles if no block takes
it; an output of its level and type then merges it. It is unattached if none does, and dead if all
that it leads to is unattached: it is not built. Spaces of at most --samples members are counted
whole. A limit of what networks may cost, [space] max_madds or max_params, is of no effect here."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    parser = OneLineParser(
        prog="nas space",
        description="The decisions, size and make-up of a search space; alone, a list of them.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "space",
        metavar="SPACE",
        nargs="?",
        help=f"{', '.join(SPACES)}, a TOML file with a table [space], or a run directory",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--samples", metavar="N", type=int, default=2000, help="default: 2000")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of the samples")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    known = parser.parse(words)
    limits = (("samples", known.samples, 1, MOST_SAMPLES), ("seed", known.seed, 0, 2**63))
    for option, value, least, most in limits:
        if not least <= value <= most:
            raise UsageError(f"--{option} {value}: give a whole number, {least} to {most}")
    if known.space is None:
        text = _list_json() if known.format == "json" else _list_text()
    else:
        space = find_space(known.space)
        summary = summarize(space, known.samples, np.random.default_rng(known.seed))
        show = _json if known.format == "json" else _text
        text = show(known.space, space, summary)
    write_output(text.encode(errors="backslashreplace"), known.output)
    return 0


def _list_text() -> str:
    width = max(map(len, SPACES))
    lines = [f"{'space':{width}}  blocks  {'size':>9}  {'naive size':>10}  {'of':20}  holds"]
    for name, space in SPACES.items():
        size, naive_size = _short(space.size), _short(space.naive_size)
        types = _listed(space.block_fns)
        row = f"{name:{width}}  {space.num_blocks:6}  {size:>9}  {naive_size:>10}  {types:20}  "
        lines.append((row + ", ".join(published_members(space))).rstrip())
    return "\n".join(lines) + "\n"


def _list_json() -> str:
    rows = [
        {
            "preset": name,
            "blocks": s.num_blocks,
            "size": s.size,
            "naive_size": s.naive_size,
            "block_fns": s.block_fns,
            "members": published_members(s),
        }
        for name, s in SPACES.items()
    ]
    return json.dumps(rows, indent=2) + "\n"


def _json(name: str, space: SpineNetSpace, summary: SpaceSummary) -> str:
    document = {
        "preset": name,
        "decisions": [{"name": d.name, "choices": d.choices} for d in space.decisions],
        "size": summary.size,
        "naive_size": summary.naive_size,
        "redundancy": summary.redundancy,
        "members": summary.members,
        "samples": summary.samples,
        "share_dead_or_unattached": summary.share_dead_or_unattached,
        "share_standard_error": summary.share_standard_error,
        "mean_dangling_blocks": summary.mean_dangling_blocks,
        "blocks": space.num_blocks,
        "intermediates": {str(level): number for level, number in space.intermediates.items()},
        "offsets": space.offsets,
        "block_fns": space.block_fns,
        "window": space.window,
        "stem_levels": space.stem_levels,
        "output_levels": space.output_levels,
        "min_level": space.min_level,
        "max_level": space.max_level,
        "level_order": space.level_order,
    }
    return json.dumps(document, indent=2) + "\n"


def _text(name: str, space: SpineNetSpace, summary: SpaceSummary) -> str:
    share, error = summary.share_dead_or_unattached, summary.share_standard_error
    whole = summary.samples == summary.size
    spread = "" if whole else f" ± {error:.1%}"
    counted = f"all {summary.size} members" if whole else f"{summary.samples} samples"
    rows = [
        ("space", name),
        ("stem", _listed(space.stem_levels)),
        ("blocks", f"{space.num_blocks}: {_budget(space)}"),
        ("window", "none" if space.window is None else str(space.window)),
        ("decisions", str(len(space.decisions))),
        *((f"  {subject}", choices) for subject, choices in _decisions(space)),
        ("size", _long(summary.size)),
        ("naive size", _long(summary.naive_size)),
        ("redundancy", f"{summary.redundancy:,.6g} encodings a member"),
        ("members", ", ".join(summary.members) or "no published network"),
        ("dead, unattached", f"blocks in {share:.1%}{spread} of {counted}"),
        ("dangling blocks", f"{summary.mean_dangling_blocks:.2f} a network, merged ones too"),
    ]
    width = max(len(label) for label, _ in rows)
    return "".join(f"{label:{width}}  {value}\n" for label, value in rows)


def _decisions(space: SpineNetSpace) -> Iterator[tuple[str, str]]:
    """What is decided, with the choices; blocks that decide alike share a line."""
    first_output, last = space.num_intermediates, space.num_blocks - 1
    intermediates, outputs = _blocks(0, first_output - 1), _blocks(first_output, last)
    if space.level_order is not None:
        yield "levels", f"fixed: {_listed(space.level_order)}"
    else:
        if first_output:
            yield f"level of {intermediates}", _listed(space.orders.levels[0])
        yield f"level of {outputs}", f"{_listed(space.output_levels)}, each once"
    yield f"type of {_blocks(0, last)}", _listed(space.block_fns)
    if first_output:
        reach = "all features" if space.window is None else f"the last {space.window} features"
        yield f"parents of {intermediates}", f"two of {reach} before, as far as there are"
    yield f"parents of {outputs}", "two of all features before"


def _budget(space: SpineNetSpace) -> str:
    budget = [f"{number} of level {level}" for level, number in space.intermediates.items()]
    offsets = _listed(f"{offset:+d}" if offset else "0" for offset in space.offsets)
    shifted = "" if space.offsets == (0,) else f" (each shifted by {offsets})"
    return f"{', '.join(budget)}{shifted}; {len(space.output_levels)} outputs"


def _listed(values: Iterator[str] | Sequence[int | str]) -> str:
    return " ".join(map(str, values))


def _blocks(first: int, last: int) -> str:
    return f"block {first}" if first == last else f"blocks {first} to {last}"


def _long(number: int) -> str:
    return str(number) if number < LARGE else f"{_short(number)} = {number}"


def _short(number: int) -> str:
    return str(number) if number < LARGE else f"{number:.3e}"
