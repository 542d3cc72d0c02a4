import pytest
from pydantic import ValidationError

from nas.config import ResourcesSection


@pytest.mark.parametrize(
    "name", ["node:__internal_head__", "ü", "CPU_group_1", "a,b", "bundle", "\x01", "CPU", ""]
)
def test_a_name_that_ray_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="resource"):
        ResourcesSection(custom={name: 1.0})


@pytest.mark.parametrize("name", ["spot", "accelerator_type:T4", "node:10.0.0.1", "big memory"])
def test_other_names_are_taken(name: str) -> None:
    assert ResourcesSection(custom={name: 1.0}).custom == {name: 1.0}
