import math
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from search_space import Architecture, BackboneScale, InvalidGenotype, InvalidSpace, backbone_cost
from search_space.limited_space import LimitedSpace
from search_space.spinenet_space import SpineNetSpace
from tests.search_space.small_spaces import SHIFTED

SCALE = BackboneScale(filter_scale=0.125, endpoint_filters=16)


def cost(architecture: Architecture) -> Mapping[str, float]:
    found = backbone_cost(architecture, SCALE, 64)
    return {"params": found.params, "madds": found.madds}


MEMBERS = {
    genotype: cost(SHIFTED.decode(genotype))
    for genotype in map(SHIFTED.unrank, range(SHIFTED.size))
}
MEDIAN = float(np.median([found["madds"] for found in MEMBERS.values()]))
WITHIN = {genotype for genotype, found in MEMBERS.items() if found["madds"] <= MEDIAN}
LIMITED = LimitedSpace(SHIFTED, cost, {"madds": MEDIAN})


def test_the_limit_cuts_the_small_space() -> None:
    assert 10 < len(WITHIN) < len(MEMBERS)


def test_a_sample_is_uniform_over_the_members_within_the_limit() -> None:
    rng, expected = np.random.default_rng(0), 40
    drawn = Counter(LIMITED.sample(rng) for _ in range(expected * len(WITHIN)))
    assert set(drawn) == WITHIN
    chi_square = sum((count - expected) ** 2 / expected for count in drawn.values())
    degrees = len(WITHIN) - 1
    # The chi-square distribution is nearly normal then: a uniform source is above its mean by 4
    # standard deviations once in some 10,000 (and the seed is fixed).
    assert chi_square < degrees + 4 * math.sqrt(2 * degrees)


def test_what_is_mutated_and_crossed_stays_within_the_limit() -> None:
    rng, whole = np.random.default_rng(0), SpineNetSpace()
    drawn = [whole.sample(rng) for _ in range(100)]
    costs = [cost(whole.decode(genotype))["madds"] for genotype in drawn]
    limit = float(np.quantile(costs, 0.2))
    space = LimitedSpace(whole, cost, {"madds": limit})
    within = [genotype for genotype, madds in zip(drawn, costs, strict=True) if madds <= limit]
    for first, second in pairwise(within):
        for child in (space.mutate(first, rng), space.crossover(first, second, rng)):
            assert child not in (first, second)
            assert cost(whole.decode(child))["madds"] <= limit


def test_a_parent_may_be_above_the_limit() -> None:
    rng = np.random.default_rng(0)
    near = min((g for g in MEMBERS if g not in WITHIN), key=lambda g: MEMBERS[g]["madds"])
    assert LIMITED.mutate(near, rng) in WITHIN
    assert LIMITED.crossover(near, min(WITHIN), rng) in WITHIN


def test_every_member_is_decoded_and_encoded_exactly_if_it_is_within_the_limit() -> None:
    for genotype in MEMBERS:
        architecture = SHIFTED.decode(genotype)
        if genotype in WITHIN:
            assert LIMITED.decode(genotype) == architecture
            assert LIMITED.encode(architecture) == genotype
            continue
        with pytest.raises(InvalidGenotype, match=r"madds [\d,]+ is above the limit of [\d,]+"):
            LIMITED.decode(genotype)
        with pytest.raises(InvalidGenotype, match="is above the limit"):
            LIMITED.encode(architecture)


def test_no_member_of_the_whole_space_is_none_of_the_limited_one() -> None:
    with pytest.raises(InvalidGenotype, match="a genotype of 1 choices"):
        LIMITED.decode((0,))


def test_two_limits_hold_at_once() -> None:
    params = float(np.median([found["params"] for found in MEMBERS.values()]))
    both = LimitedSpace(SHIFTED, cost, {"madds": MEDIAN, "params": params})
    rng = np.random.default_rng(0)
    found = [cost(both.decode(both.sample(rng))) for _ in range(100)]
    assert all(f["madds"] <= MEDIAN and f["params"] <= params for f in found)


def test_the_decisions_and_masks_are_those_of_the_whole_space() -> None:
    assert LIMITED.decisions == SHIFTED.decisions
    assert LIMITED.legal(()).tolist() == SHIFTED.legal(()).tolist()


def test_an_impossible_limit_is_refused_with_what_there_is() -> None:
    least = min(found["madds"] for found in MEMBERS.values())
    with pytest.raises(InvalidSpace, match=r"none of 500 members drawn is within it") as refused:
        LimitedSpace(SHIFTED, cost, {"madds": least - 1})
    # One member of 500 uniform draws among so few is the cheapest but once in exp(500/size).
    assert f"madds {least:,.0f} and more" in str(refused.value)
    assert "raise the limit" in str(refused.value)


def test_where_no_move_stays_within_the_limit_a_member_is_drawn() -> None:
    """The only member within the limit has no neighbour there: a search still goes on."""
    single = SpineNetSpace({}, block_fns=("bottleneck", "residual"), output_levels=(5,))
    costs = {g: cost(single.decode(g))["madds"] for g in map(single.unrank, range(single.size))}
    least = min(costs, key=lambda genotype: costs[genotype])
    space = LimitedSpace(single, cost, {"madds": costs[least]})
    rng = np.random.default_rng(0)
    assert space.mutate(least, rng) == space.crossover(least, least, rng) == least


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({}, "has no limit"),
        ({"madds": 0}, "limit of madds 0: give a number above 0"),
        ({"madds": True}, "limit of madds True"),
        ({"madds": "9e6"}, "limit of madds '9e6'"),
        ({"madds": math.nan}, "limit of madds nan"),
        ({"watts": 5}, "limit of 'watts': a cost has params, madds"),
    ],
)
def test_a_limit_that_is_none_is_refused(limits: dict, message: str) -> None:
    with pytest.raises(InvalidSpace, match=message):
        LimitedSpace(SHIFTED, cost, limits)
