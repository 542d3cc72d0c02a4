"""How much of the paper's work a reproduction does: a TOML file by name, or one's own."""

from typing import Annotated

from pydantic import Field

from nas.config import Positive, Section
from nas.config_source import check_document, preset_names, read_document
from nas.paper_claims import MARGIN
from results.belief import FEWEST

SCALES = "scales"  # the folder of those that come with spinenas
WHOLE_SCALE = "nas/scales/smoke.toml"


class Budget(Section):
    """Of a search: candidates, then further trainings of the race between its networks.

    `rerank_within`: of the race between those of at most SpineNet-49's multiply-adds.
    """

    trials: Annotated[int, Field(ge=FEWEST)]  # what a race takes
    rerank: Positive
    rerank_within: Annotated[int, Field(ge=0)] = 0


class Final(Section):
    """Full trainings after the claims: of a recipe of `nas train`, so many of the search's best."""

    recipe: str
    finalists: Positive


class Scale(Section):
    """What is trained, and how.

    `margin`: AP that the search's network may be worse by than SpineNet-49 and still be as good.
    `config` and `search_config` are fields by dotted name, spelt as on the command line: of all
    runs, and of the two searches that are compared alone.
    """

    preset: str
    controller: str
    seeds: Positive
    search: Budget
    orders: Budget
    moved: Budget
    margin: Annotated[float, Field(gt=0, lt=1)] = MARGIN
    final: Final | None = None
    controller_options: dict[str, str] = Field(default_factory=dict)
    config: dict[str, str] = Field(default_factory=dict)
    search_config: dict[str, str] = Field(default_factory=dict)


def scale_names() -> list[str]:
    """The scales that come with spinenas."""
    return preset_names(SCALES)


def load_scale(source: str) -> Scale:
    """A scale's name, or the path of a TOML file that says what those say. Raises UsageError."""
    document, where = read_document(source, SCALES)
    return check_document(document, where, None, Scale, WHOLE_SCALE)
