import numpy as np
import pytest

from controllers.reference_sample import reference_sample
from search_space import Architecture, Genotype
from search_space.limited_space import LimitedSpace
from tests.controllers.toy_space import ToySpace


class CountingSpace(ToySpace):
    """Counts the members that were drawn."""

    drawn: list[Genotype]

    def sample(self, rng: np.random.Generator) -> Genotype:
        self.drawn.append(super().sample(rng))
        return self.drawn[-1]


@pytest.fixture
def whole() -> CountingSpace:
    space = CountingSpace()
    object.__setattr__(space, "drawn", [])
    return space


def steps(architecture: Architecture) -> dict[str, float]:
    """Levels up and down a chain; 7 is the least, which 20 in 8748 members have."""
    levels = [block.level for block in architecture.blocks[:8]]
    return {"steps": float(np.abs(np.diff(levels)).sum())}


def test_it_is_uniform_members_of_a_space(whole: CountingSpace) -> None:
    found = reference_sample(whole, np.random.default_rng(0))
    assert found == whole.drawn
    assert len(found) == 128


def test_in_a_tight_limit_it_takes_few_draws_of_the_whole_space(whole: CountingSpace) -> None:
    limited = LimitedSpace(whole, steps, {"steps": 9})
    share = np.mean([steps(whole.decode(whole.sample(np.random.default_rng(i))))["steps"] <= 9
                     for i in range(2000)])  # fmt: skip
    whole.drawn.clear()
    found = reference_sample(limited, np.random.default_rng(0))
    assert all(limited.decode(genotype) for genotype in found)
    assert len(found) == 128
    assert len(set(found)) > 32
    # 8 members are within it after 8 / share draws, with an SD of 2.8 / share; 128 / share is far.
    assert len(whole.drawn) < 30 / share
