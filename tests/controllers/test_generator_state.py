import numpy as np
import pytest

from controllers import InvalidSetting, InvalidState
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)


def test_a_generator_goes_on_where_it_was() -> None:
    generator = generator_from_seed(5)
    generator.integers(10, dtype=np.uint32)  # leaves half of 64 bits over
    state = generator_to_json(generator)
    assert state["has_uint32"] == 1
    other = generator_from_json(state)
    assert other.bytes(40) == generator.bytes(40)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", float("inf"), None])
def test_what_is_no_seed_is_refused(seed: object) -> None:
    with pytest.raises(InvalidSetting, match=f"seed {seed!r}"):
        generator_from_seed(seed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("has_uint32", -1),
        ("has_uint32", 2),
        ("has_uint32", True),
        ("has_uint32", 1.5),
        ("uinteger", 1.5),
        ("uinteger", -1),
        ("uinteger", 2**40),
        ("bit_generator", "MT19937"),
        ("more", 1),
    ],
)
def test_what_numpy_would_round_or_wrap_is_refused(name: str, value: object) -> None:
    state = generator_to_json(generator_from_seed(0))
    with pytest.raises(InvalidState, match="no state of PCG64"):
        generator_from_json({**state, name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("state", 1.5), ("state", 2**128), ("inc", 1.5), ("inc", -1), ("inc", 2)]
)
def test_a_position_outside_the_generators_range_is_refused(name: str, value: object) -> None:
    state = generator_to_json(generator_from_seed(0))
    with pytest.raises(InvalidState, match="no state of PCG64"):
        generator_from_json({**state, "state": {**state["state"], name: value}})
