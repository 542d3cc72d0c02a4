"""How much of the paper's work a reproduction does: a TOML file by name, or one's own."""

from typing import Annotated, Any

from pydantic import Field, StrictInt, field_validator

from nas.config import Section
from nas.config_source import check_document, check_written, preset_names, read_document
from nas.errors import printable
from nas.option_text import option_text
from nas.paper_claims import MARGIN
from results.belief import FEWEST
from search_space.shown import shown

SCALES = "scales"  # the folder of those that come with spinenas
WHOLE_SCALE = "nas/scales/smoke.toml"
ELSEWHERE = {  # fields that a table of fields does not have, and why
    "controller.": "`controller` and [controller_options] of a scale say that",
    "search.trials": "`trials` of [search], [orders] and [moved] say that",
    "search.warm_start": "its searches are from scratch, as they are compared with random ones",
}


Whole = Annotated[StrictInt, Field(ge=1)]  # of a file, where a text or truth value is a mistake


class Budget(Section):
    """Of a search: candidates, then further trainings of the race between its networks.

    `rerank_within`: of the race between those of at most SpineNet-49's multiply-adds.
    """

    trials: Annotated[StrictInt, Field(ge=FEWEST)]  # what a race takes
    rerank: Whole
    rerank_within: Annotated[StrictInt, Field(ge=0)] = 0


class Final(Section):
    """Full trainings after the claims: of a recipe of `nas train`, so many of the search's best."""

    recipe: str
    finalists: Whole


class Scale(Section):
    """What is trained, and how.

    `caveat`: a sentence or two that stand above its table of claims; empty: none.
    `margin`: AP that the search's network may be worse by than SpineNet-49 and still be as good.
    `config` and `search_config` are fields by dotted name, of all runs, and of the two searches
    that are compared alone: texts as on the command line. A file may have TOML's values there.
    """

    preset: str
    controller: str
    seeds: Whole
    search: Budget
    orders: Budget
    moved: Budget
    margin: Annotated[float, Field(gt=0, lt=1, strict=True)] = MARGIN
    caveat: str = ""
    final: Final | None = None
    controller_options: dict[str, str] = Field(default_factory=dict)
    config: dict[str, str] = Field(default_factory=dict)
    search_config: dict[str, str] = Field(default_factory=dict)

    @field_validator("caveat")
    @classmethod
    def _in_one_paragraph(cls, text: str) -> str:
        return printable(" ".join(text.split()))

    @field_validator("controller_options", "config", "search_config", mode="before")
    @classmethod
    def _as_on_the_command_line(cls, fields: object) -> object:
        if not isinstance(fields, dict):
            return fields
        return {name: _text(name, value) for name, value in fields.items()}

    @field_validator("config", "search_config")
    @classmethod
    def _is_of_no_other_key(cls, fields: dict[str, str]) -> dict[str, str]:
        for name in fields:
            for start, why in ELSEWHERE.items():
                if name.startswith(start):
                    raise ValueError(f"it has {name}, and {why}")
        return fields


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - any TOML value
    if isinstance(value, dict):
        raise ValueError(
            f"it has the table {shown(name)}: name a field whole and in quotes, as in "
            '"fidelity.steps" = 20'
        )
    try:
        return option_text(value)
    except ValueError as error:
        raise ValueError(f"it has {shown(name)} = {shown(value)}: {error}") from None


def scale_names() -> list[str]:
    """The scales that come with spinenas."""
    return preset_names(SCALES)


def load_scale(source: str) -> Scale:
    """A scale's name, or the path of a TOML file that says what those say. Raises UsageError."""
    document, where = read_document(source, SCALES)
    scale = check_document(document, where, None, Scale, WHOLE_SCALE)
    options = {f"controller.options.{name}": v for name, v in scale.controller_options.items()}
    for fields in ({}, {**options, **scale.search_config}):
        check_written(scale.preset, where, {**scale.config, **fields})
    return scale
