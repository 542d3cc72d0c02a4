"""`nas show ARCH`: draw an architecture."""

from collections.abc import Sequence

from nas.architecture_source import find_architecture
from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from search_space.block_specs import to_json
from search_space.drawing import draw_dot, draw_svg, draw_text

FORMATS = {"text": draw_text, "svg": draw_svg, "dot": draw_dot, "json": to_json}


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    parser = OneLineParser(prog="nas show", description="Draw an architecture.")
    parser.add_argument("architecture", help="spinenet-49, r0-sp53, RUN_DIR:TRIAL or a JSON file")
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    known = parser.parse(words)
    text = FORMATS[known.format](find_architecture(known.architecture))
    write_output((text.rstrip("\n") + "\n").encode(), known.output)
    return 0
