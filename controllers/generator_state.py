"""The state of a random generator as plain JSON values."""

import json
from typing import Any

import numpy as np

from controllers.errors import InvalidSetting, InvalidState
from search_space.shown import shown


def generator_from_seed(seed: int) -> np.random.Generator:
    """PCG64 by name, because numpy may change what `default_rng` is.

    Raises:
        InvalidSetting: what is no whole number, or a negative one.
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or seed < 0:
        raise InvalidSetting(f"seed {shown(seed)}: choose a whole number from 0 on")
    return np.random.Generator(np.random.PCG64(seed))


def generator_to_json(generator: np.random.Generator) -> dict[str, Any]:
    """Python integers of up to 128 bits in it: JSON keeps them exactly, a float would not."""
    return dict(generator.bit_generator.state)


def generator_from_json(state: Any) -> np.random.Generator:  # noqa: ANN401 (parsed JSON)
    """Raises InvalidState if it is no PCG64 state."""
    bits = np.random.PCG64(0)
    try:
        bits.state = state
        _check_taken(state, bits.state)
    except (TypeError, ValueError, KeyError, OverflowError) as fault:
        raise InvalidState(
            f"the random generator's state is no state of PCG64 ({fault}): replay the run's "
            "journal to a fresh controller instead"
        ) from fault
    return np.random.Generator(bits)


def _check_taken(given: Any, taken: Any) -> None:  # noqa: ANN401
    """Numpy rounds and wraps what does not fit; a written state it takes as it is."""
    if json.dumps(given, sort_keys=True) != json.dumps(taken, sort_keys=True):
        raise ValueError("numbers out of range")
    if taken["has_uint32"] not in (0, 1) or taken["state"]["inc"] % 2 == 0:
        raise ValueError("has_uint32 is 0 or 1, inc odd")
