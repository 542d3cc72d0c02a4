"""`nas cost ARCH | --published`: parameters and multiply-adds, beside the published figures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from nas.model_source import find_model, read_image_size
from search_space.conv_cost import Cost
from search_space.model_sizes import MODEL_SIZES
from search_space.network_cost import NETWORKS, PUBLISHED_COSTS, PublishedCost, network_cost

EPILOG = """A multiply-add counts 1; convolutions and linear layers have them. The published figures
come from a profiler that also counted 1 for every number that a normalisation puts out:
"+ norms" adds those. Mask R-CNN is counted at 1000 proposals and 100 masks an image."""


@dataclass(frozen=True, slots=True)
class Row:
    """One network at one size; `published` is None where nothing was."""

    model: str
    network: str
    size: tuple[int, int]
    cost: Cost
    published: PublishedCost | None


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    parser = OneLineParser(
        prog="nas cost", description="Parameters and multiply-adds of a network.", epilog=EPILOG
    )
    parser.add_argument(
        "architecture", nargs="?", help="a published model or architecture, RUN_DIR:TRIAL, a file"
    )
    parser.add_argument("--published", action="store_true", help="every published model instead")
    parser.add_argument("--model", choices=NETWORKS, default="retinanet", help="what is counted")
    parser.add_argument("--model-size", metavar="NAME", help="widths of a published model")
    parser.add_argument("--size", metavar="PIXELS", help="of the image: 640, or 640x480")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--output", metavar="FILE", help="write here instead of printing")
    known = parser.parse(words)
    size = None if known.size is None else read_image_size(known.size)
    if known.published == (known.architecture is not None):
        raise UsageError("nas cost: name one architecture, or give --published")
    if known.published:
        if known.model_size is not None:
            raise UsageError("--model-size: --published shows every model at its own size")
        rows = list(published_rows(known.model, size))
    else:
        rows = [one_row(known.architecture, known.model, known.model_size, size)]
    if known.format == "json":
        write_output(
            (json.dumps([_as_dict(row) for row in rows], indent=2) + "\n").encode(), known.output
        )
        return 0
    from nas.cost_table import cost_table
    from nas.tables import print_table, table_text

    if known.output is None:
        print_table(cost_table(rows))
    else:
        write_output(table_text(cost_table(rows)).encode(), known.output)
    return 0


def published_rows(network: str, size: tuple[int, int] | None) -> Iterator[Row]:
    """Every published figure of a network; of a backbone, which has none, every model's.

    At another size than the published the figures are ours alone.
    """
    figures = [figure for figure in PUBLISHED_COSTS if figure.network == network]
    places = [(figure.model, figure.image_size) for figure in figures]
    if not figures:
        places = [(name, model.image_size) for name, model in MODEL_SIZES.items()]
    for name, pixels in places:
        yield one_row(name, network, None, size or (pixels, pixels))


def one_row(name: str, network: str, size_name: str | None, size: tuple[int, int] | None) -> Row:
    """The cost of one named network. Raises UsageError if there is none of that name."""
    model = find_model(name, size_name)
    size = size or (model.image_size, model.image_size)
    published = None
    if size_name is None:
        for figure in PUBLISHED_COSTS:
            place = (figure.model, figure.network, (figure.image_size, figure.image_size))
            if place == (name, network, size):
                published = figure
    return Row(name, network, size, network_cost(model, network, size), published)


def _as_dict(row: Row) -> dict[str, object]:
    height, width = row.size
    found = row.published
    return {
        "model": row.model,
        "network": row.network,
        "size": height if height == width else [height, width],
        "params": row.cost.params,
        "madds": row.cost.madds,
        "madds_with_norms": row.cost.madds + row.cost.norms,
        "published_params": found.params if found else None,
        "published_madds": found.madds if found else None,
        "source": found.source if found else None,
    }
