"""`nas show ARCH [--against OTHER]`: draw an architecture, or how another differs from it."""

from collections.abc import Sequence

from nas.architecture_source import find_architecture
from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from search_space.block_specs import to_json
from search_space.difference import compare
from search_space.difference_json import difference_to_json
from search_space.drawing import (
    draw_difference_svg,
    draw_difference_text,
    draw_dot,
    draw_svg,
    draw_text,
)
from search_space.published import PUBLISHED

FORMATS = {"text": draw_text, "svg": draw_svg, "dot": draw_dot, "json": to_json}
DIFFERENCE_FORMATS = {
    "text": draw_difference_text,
    "svg": draw_difference_svg,
    "json": difference_to_json,
}
SOURCES = f"{', '.join(PUBLISHED)}, RUN_DIR:TRIAL or a JSON file"


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    parser = OneLineParser(prog="nas show", description="Draw an architecture.")
    parser.add_argument("architecture", help=SOURCES)
    parser.add_argument(
        "--against", metavar="OTHER", help="draw what is different in this other one"
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    known = parser.parse(words)
    text = _drawing(known.architecture, known.against, known.format)
    write_output((text.rstrip("\n") + "\n").encode(errors="backslashreplace"), known.output)
    return 0


def _drawing(name: str, against: str | None, file_format: str) -> str:
    if against is None:
        return FORMATS[file_format](find_architecture(name))
    if file_format not in DIFFERENCE_FORMATS:
        raise UsageError(
            f"--format {file_format} draws one architecture: with --against, give one of "
            f"{', '.join(DIFFERENCE_FORMATS)}"
        )
    difference = compare(find_architecture(name), find_architecture(against))
    return DIFFERENCE_FORMATS[file_format](difference, (name, against))
