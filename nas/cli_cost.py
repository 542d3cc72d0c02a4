"""`nas cost ARCH | --published`: parameters and multiply-adds, beside the published figures."""

import json
from argparse import Namespace
from collections.abc import Sequence

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.cost_rows import CostRow, one_row, published_rows
from nas.errors import UsageError
from nas.model_source import MODEL_NAMES, read_image_size
from search_space.network_cost import NETWORKS

NOTES = """A multiply-add counts 1; convolutions and linear layers have them. The published figures
come from a profiler that also counted 1 for every number that a normalisation puts out:
"+ norms" adds those. Mask R-CNN is counted at 1000 proposals and 100 masks an image.
The published figure of 49S is that of spinenet-49s-256; no released config has it."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    known = _parse(words)
    size = None if known.size is None else read_image_size(known.size)
    if known.published:
        rows = list(published_rows(known.model, size))
        title = known.model
    else:
        rows = [one_row(known.architecture, known.model, known.model_size, size)]
        title = f"{known.model}, at the widths of {rows[0].widths}"
    if known.format == "json":
        text = json.dumps([row.as_dict() for row in rows], indent=2) + "\n"
        write_output(text.encode(), known.output)
    else:
        _show(rows, title, known.output)
    return 0


def _parse(words: Sequence[str]) -> Namespace:
    parser = OneLineParser(
        prog="nas cost", description="Parameters and multiply-adds of a network.", epilog=NOTES
    )
    parser.add_argument(
        "architecture",
        nargs="?",
        help=f"{MODEL_NAMES}, RUN_DIR:TRIAL, or a JSON file of block specs",
    )
    parser.add_argument("--published", action="store_true", help="every published model instead")
    parser.add_argument(
        "--model",
        choices=NETWORKS,
        default="retinanet",
        help="what is counted (default: retinanet)",
    )
    parser.add_argument(
        "--model-size",
        metavar="NAME",
        help="count at the widths, repeats and heads of this published model; of an architecture "
        "alone the default is spinenet-49, or spinenet-mobile-49 for MBConv blocks",
    )
    parser.add_argument(
        "--size",
        metavar="PIXELS",
        help="of the image: 640, or 640x480 (height x width); default: as published",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    known = parser.parse(words)
    if known.published == (known.architecture is not None):
        raise UsageError("nas cost: name one architecture, or give --published")
    if known.published and known.model_size is not None:
        raise UsageError("--model-size: --published shows every model at its own size")
    return known


def _show(rows: Sequence[CostRow], title: str, output: str | None) -> None:
    from nas.cost_table import cost_table
    from nas.tables import print_table, table_text

    if output is None:
        print_table(cost_table(rows, title))
    else:
        write_output(table_text(cost_table(rows, title)).encode(errors="backslashreplace"), output)
