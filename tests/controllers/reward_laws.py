"""What holds for controllers that only compare rewards, and a reward with a known optimum."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from controllers import Controller
from search_space import Genotype
from tests.controllers.contract import MakeController

TARGET = (0, 1, 2, 3, 0, 1, 2, 3)


def planted(genotype: Genotype, target: Genotype = TARGET) -> float:
    """Share of the places that agree with a planted optimum."""
    return sum(a == b for a, b in zip(genotype, target, strict=True)) / len(target)


def proposals_of(
    controller: Controller, steps: int, reward: Callable[[Genotype], float | None]
) -> list[Genotype]:
    """The proposals of a search with one worker."""
    proposals = []
    for _ in range(steps):
        proposals.append(controller.propose())
        controller.observe(proposals[-1], reward(proposals[-1]))
    return proposals


def check_affine_rewards_change_nothing(make_controller: MakeController) -> None:
    """Whole numbers and powers of two, so that no rounding makes ties or parts them."""

    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(st.integers(-9, 9), min_size=80, max_size=80),
        st.integers(-20, 20),
        st.integers(-1000, 1000),
        st.integers(0, 2**16),
    )
    def law(rewards: list[int], power: int, shift: int, seed: int) -> None:
        plain, changed = iter(rewards), iter(rewards)
        scale = 2.0**power
        first = proposals_of(make_controller(seed), 80, lambda _: float(next(plain)))
        second = proposals_of(make_controller(seed), 80, lambda _: next(changed) * scale + shift)
        assert first == second

    law()
