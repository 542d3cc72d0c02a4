"""The state of a random generator as plain JSON values."""

from typing import Any

import numpy as np

from controllers.errors import InvalidSetting, InvalidState


def generator_from_seed(seed: int) -> np.random.Generator:
    """PCG64 by name, because numpy may change what `default_rng` is.

    Raises:
        InvalidSetting: a negative seed.
    """
    if seed < 0:
        raise InvalidSetting(f"seed {seed}: choose a whole number from 0 on")
    return np.random.Generator(np.random.PCG64(seed))


def generator_to_json(generator: np.random.Generator) -> dict[str, Any]:
    """Python integers of up to 128 bits in it: JSON keeps them exactly, a float would not."""
    return dict(generator.bit_generator.state)


def generator_from_json(state: Any) -> np.random.Generator:  # noqa: ANN401 (parsed JSON)
    """Raises InvalidState if it is no PCG64 state."""
    bits = np.random.PCG64(0)
    try:
        bits.state = state
    except (TypeError, ValueError, KeyError, OverflowError) as fault:
        raise InvalidState(
            f"the random generator's state is no state of PCG64 ({fault}): replay the run's "
            "journal to a fresh controller instead"
        ) from fault
    return np.random.Generator(bits)
