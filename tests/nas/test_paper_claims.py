from nas.paper_claims import MOVED, RESNET_EQUAL, TEXTS, paper_claims, published_costs
from results.paired_steps import Arm, Verdict

# True means: the paper's APs where it has one, and elsewhere what it claims.
MEANS = {
    "search": 0.43,
    "search, at most SpineNet-49's madds": 0.42,
    "random": 0.35,
    "r0-sp53 order": 0.41,
    "hourglass": 0.38,
    "fish": 0.37,
    "spinenet-49s": 0.395,
    "spinenet-49": 0.41,
    "spinenet-96": 0.47,
    "resnet-50-fpn, equal madds": 0.378,
    "resnet-50-fpn, equal widths": 0.378,
    "r0-sp53": 0.407,
    "r0-sp53 without short-range": 0.358,
    "r0-sp53 without long-range": 0.286,
    "r0-sp53 sequential": 0.27,
    "moved-r35-sp18": 0.385,
    "moved-r23-sp30": 0.39,
    "moved-r14-sp39": 0.395,
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


def test_the_papers_own_dip_from_r23_to_r14_would_contradict_its_order() -> None:
    assert verdicts({**MEANS, "moved-r14-sp39": 0.389})[6] is Verdict.CONTRADICTED


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
    first, beyond = published_costs().notes
    assert first == "48 of 54 figures within 1%"
    assert "spinenet-49s madds -8.7%" in beyond
