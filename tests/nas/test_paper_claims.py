from dataclasses import replace

from nas.paper_claims import MOVED, RESNET_EQUAL, TEXTS, paper_claims, published_costs
from results.paired_steps import Arm, Verdict
from search_space.network_cost import PUBLISHED_COSTS

# True means: the paper's APs where it has one (tables 2, 3, 7, 8), and elsewhere what it claims.
MEANS = {
    "search": 0.43,
    "search, at most SpineNet-49's madds": 0.42,
    "random": 0.35,
    "r0-sp53 order": 0.407,
    "hourglass": 0.383,
    "fish": 0.375,
    "spinenet-49s": 0.395,
    "spinenet-49": 0.408,
    "spinenet-96": 0.471,
    "resnet-50-fpn, equal madds": 0.378,
    "resnet-50-fpn, equal widths": 0.378,
    "r0-sp53": 0.407,
    "r0-sp53 without short-range": 0.358,
    "r0-sp53 without long-range": 0.286,
    "r0-sp53 sequential": 0.282,
    "moved-r35-sp18": 0.387,
    "moved-r23-sp30": 0.397,
    "moved-r14-sp39": 0.396,
    "moved-r0-sp53": 0.407,
}


def arms(means: dict[str, float], sd: float = 1e-4) -> dict[str, Arm]:
    wave = (sd, -sd, 2 * sd, -2 * sd, 0.0)
    return {
        name: Arm(name, {i: mean + wave[(i * k) % 5] for i in range(5)})
        for k, (name, mean) in enumerate(means.items(), 1)
    }


def verdicts(means: dict[str, float]) -> dict[int, Verdict]:
    return {claim.number: claim.verdict for claim in paper_claims(arms(means))}


def test_a_world_like_the_papers_confirms_all_eight() -> None:
    assert verdicts(MEANS) == dict.fromkeys(range(1, 9), Verdict.CONFIRMED)


def test_a_world_of_the_opposite_contradicts_all_that_is_trained() -> None:
    found = verdicts({name: 1 - mean for name, mean in MEANS.items()})
    assert found == {**dict.fromkeys(range(1, 8), Verdict.CONTRADICTED), 8: Verdict.CONFIRMED}


def test_of_moved_blocks_the_ends_decide_and_the_steps_stand_beside() -> None:
    """As the paper's own figures fall from R23-SP30 to R14-SP39."""
    claim = paper_claims(arms(MEANS))[5]
    assert claim.verdict is Verdict.CONFIRMED
    assert [step.verdict for step in claim.beside] == [
        Verdict.CONFIRMED,
        Verdict.CONTRADICTED,
        Verdict.CONFIRMED,
    ]
    assert verdicts({**MEANS, "moved-r0-sp53": 0.386})[6] is Verdict.CONTRADICTED


def test_as_good_is_up_to_the_margin_below() -> None:
    close = arms({**MEANS, "search, at most SpineNet-49's madds": 0.408}, sd=1e-3)
    found = {m: paper_claims(close, margin=m)[0] for m in (0.01, 1e-4)}
    assert found[0.01].verdict is Verdict.CONFIRMED
    assert found[1e-4].verdict is Verdict.NOT_RESOLVED
    assert "above -0.01 AP" in found[0.01].notes[0]


def test_what_single_searches_chose_is_decided_of_these_runs() -> None:
    said = {claim.number: claim.said for claim in paper_claims(arms(MEANS))}
    assert {n for n in said if said[n] == "confirmed of these runs"} == {2, 4, 6}
    assert said[8] == "confirmed for 48 of 54"


def test_a_failed_training_leaves_every_claim_of_its_network_open() -> None:
    failing = arms(MEANS)
    failing["spinenet-49"] = replace(failing["spinenet-49"], failed=1)
    found = {claim.number: claim for claim in paper_claims(failing)}
    assert [n for n in found if found[n].verdict is Verdict.NOT_RESOLVED] == [1, 3, 7]
    assert [found[n].failed for n in (1, 3, 7)] == [1, 1, 1]


def test_untrained_networks_leave_their_claims_open() -> None:
    left = {name: mean for name, mean in MEANS.items() if name not in (RESNET_EQUAL, MOVED[0])}
    found = verdicts(left)
    assert (found[3], found[6]) == (Verdict.NOT_RESOLVED,) * 2
    assert found[5] is Verdict.CONFIRMED


def test_the_choice_of_the_search_is_held_to_spinenet_49s_cost() -> None:
    found = verdicts({**MEANS, "search, at most SpineNet-49's madds": 0.40})
    assert found[1] is Verdict.CONTRADICTED


def test_every_claim_says_what_it_estimates() -> None:
    assert sorted(TEXTS) == list(range(1, 9))
    assert all(claim.estimand for claim in paper_claims({}))


def test_published_costs_name_what_is_off() -> None:
    first, beyond, without = published_costs().notes
    assert first == "48 of 54 figures within 1%"
    assert "spinenet-49s madds -8.7%" in beyond
    assert "R35-SP18 and R14-SP39: no published wiring" in without
    assert not {"r35-sp18", "r14-sp39"} & {figure.model for figure in PUBLISHED_COSTS}
