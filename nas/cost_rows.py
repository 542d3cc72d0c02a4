"""The rows of `nas cost`: a network, its cost, and what was published of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from nas.model_source import find_model, usual_size
from search_space.architecture import Architecture
from search_space.conv_cost import Cost
from search_space.model_sizes import MODEL_SIZES, ModelSize
from search_space.network_cost import PUBLISHED_COSTS, PublishedCost, network_cost

CLASSIFIER_PIXELS = 224  # where nothing says otherwise
Size = tuple[int, int]  # height, width


@dataclass(frozen=True, slots=True)
class CostRow:
    """One network at one size; `published` is None where nothing was."""

    model: str
    network: str
    widths: str  # the name in MODEL_SIZES whose widths and heads these are
    size: Size
    cost: Cost
    published: PublishedCost | None

    def as_dict(self) -> dict[str, object]:
        """For JSON; counts are whole numbers."""
        height, width = self.size
        found = self.published
        return {
            "model": self.model,
            "network": self.network,
            "model_size": self.widths,
            "size": height if height == width else [height, width],
            "params": self.cost.params,
            "madds": self.cost.madds,
            "madds_with_norms": self.cost.madds + self.cost.norms,
            "published_params": found.params if found else None,
            "published_madds": found.madds if found else None,
            "source": found.source if found else None,
        }


def published_rows(network: str, size: Size | None) -> Iterator[CostRow]:
    """Every published figure of a network; of a backbone, which has none, every model's.

    At another size than the published the figures are ours alone.
    """
    figures = [figure for figure in PUBLISHED_COSTS if figure.network == network]
    for figure in figures:
        model = MODEL_SIZES[figure.model]
        published: Size = (figure.image_size, figure.image_size)
        cost = network_cost(model, network, size or published)
        met = figure if size in (None, published) else None
        yield CostRow(figure.model, network, figure.model, size or published, cost, met)
    if not figures:
        for name, model in MODEL_SIZES.items():
            side = size or (model.image_size, model.image_size)
            yield CostRow(name, network, name, side, network_cost(model, network, side), None)


def one_row(name: str, network: str, size_name: str | None, size: Size | None) -> CostRow:
    """The cost of a named network at a size; without one, at which it was published.

    Raises UsageError if there is none of that name.
    """
    model = find_model(name, size_name)
    figures = [f for f in PUBLISHED_COSTS if f.network == network and _is_of(f, model)]
    if size is None:
        usual = CLASSIFIER_PIXELS if network == "classifier" else model.image_size
        side = figures[0].image_size if figures else usual
        size = (side, side)
    met = next((f for f in figures if (f.image_size, f.image_size) == size), None)
    widths = size_name or usual_size(name, model.architecture)
    return CostRow(name, network, widths, size, network_cost(model, network, size), met)


def _is_of(figure: PublishedCost, model: ModelSize) -> bool:
    """Whether a figure was published of this very network with these widths and heads."""
    known = MODEL_SIZES[figure.model]
    heads = {
        "retinanet": model.head == known.head,
        "mask-rcnn": model.mask_rcnn == known.mask_rcnn,
    }
    return (
        _identity(model) == _identity(known)
        and model.backbone == known.backbone
        and heads.get(figure.network, True)
    )


def _identity(model: ModelSize) -> object:
    body = model.architecture
    return body.key if isinstance(body, Architecture) else body
