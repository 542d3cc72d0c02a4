"""Expected names are written out by hand."""

from typing import ClassVar

from nas.config import Section
from nas.config_fields import field_names
from nas.train_config import TrainConfig


class Inner(Section):
    steps: int = 1


class Outer(Section):
    CONSTANT: ClassVar[tuple[str, ...]] = ()

    inner: Inner = Inner()
    name: str = ""


def test_fields_of_sections_are_dotted_names_and_class_constants_none() -> None:
    assert field_names(Outer) == ["inner.steps", "name"]


def test_a_training_offers_its_network_and_nothing_in_capitals() -> None:
    names = field_names(TrainConfig)
    assert "train.network" in names and not [name for name in names if name.isupper()]
