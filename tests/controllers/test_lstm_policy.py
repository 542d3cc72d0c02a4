import numpy as np
import pytest
import torch

from controllers.lstm_policy import LstmPolicy
from controllers.policy_samples import PolicySampler
from search_space import SPACES, Architecture, Genotype, InvalidGenotype, SearchSpace
from tests.controllers.toy_space import ToySpace


def members(space: SearchSpace) -> list[Genotype]:
    """All of them, by brute force over the legality masks."""
    prefixes: list[Genotype] = [()]
    for _ in space.decisions:
        prefixes = [(*p, int(c)) for p in prefixes for c in np.flatnonzero(space.legal(p))]
    return prefixes


def trained_policy(sampler: PolicySampler, exploration: float = 0.1) -> LstmPolicy:
    """A policy whose decisions depend on the choices before them."""
    rng = np.random.default_rng(5)
    policy = LstmPolicy(sampler.widths, 8, exploration, rng)
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter += torch.from_numpy(rng.normal(size=parameter.shape).astype(np.float32))
    return policy


def log_probabilities(
    sampler: PolicySampler, policy: LstmPolicy, genotypes: list[Genotype]
) -> tuple[torch.Tensor, torch.Tensor]:
    legal = torch.stack([sampler.masks(genotype) for genotype in genotypes])
    with torch.no_grad():
        log_probs, entropies = policy(torch.tensor(genotypes), legal)
    return log_probs.sum(dim=1).double(), entropies.sum(dim=1).double()


@pytest.fixture(params=[ToySpace(length=3), SPACES["tiny"]], ids=["toy", "tiny"])
def space(request: pytest.FixtureRequest) -> SearchSpace:
    space: SearchSpace = request.param
    return space


def test_the_probabilities_of_all_members_sum_to_one(space: SearchSpace) -> None:
    sampler = PolicySampler(space)
    found, _ = log_probabilities(sampler, trained_policy(sampler), members(space))
    assert found.exp().sum().item() == pytest.approx(1.0, abs=1e-5)
    assert found.exp().max() > 3 * found.exp().mean()  # not the uniform policy


def test_entropies_of_decisions_add_up_to_the_entropy_of_members(space: SearchSpace) -> None:
    """The chain rule: H(genotype) is the expected sum of H(decision | earlier choices)."""
    sampler = PolicySampler(space)
    found, entropies = log_probabilities(sampler, trained_policy(sampler), members(space))
    whole = -(found.exp() * found).sum()
    assert (found.exp() * entropies).sum().item() == pytest.approx(whole.item(), abs=1e-4)


def test_a_fresh_policy_is_uniform_over_the_legal_choices(space: SearchSpace) -> None:
    sampler = PolicySampler(space)
    policy = LstmPolicy(sampler.widths, 8, 0.1, np.random.default_rng(0))
    genotypes = members(space)
    by_hand = [
        -sum(np.log(space.legal(genotype[:i]).sum()) for i in range(len(genotype)))
        for genotype in genotypes
    ]
    found, _ = log_probabilities(sampler, policy, genotypes)
    assert found.numpy() == pytest.approx(np.array(by_hand), abs=1e-5)


def test_a_sample_has_the_probability_that_the_policy_gives_it(space: SearchSpace) -> None:
    sampler = PolicySampler(space)
    policy = trained_policy(sampler)
    samples = sampler.draw(policy, 50, np.random.default_rng(1))
    found, _ = log_probabilities(sampler, policy, [sample.genotype for sample in samples])
    told = torch.stack([sample.log_probs for sample in samples]).sum(dim=1).double()
    assert torch.allclose(told, found, atol=1e-5)


def test_members_turn_up_as_often_as_they_are_likely() -> None:
    sampler = PolicySampler(ToySpace(length=2))
    policy, genotypes = trained_policy(sampler), members(ToySpace(length=2))
    samples = sampler.draw(policy, 5000, np.random.default_rng(2))
    drawn = [sample.genotype for sample in samples]
    found, _ = log_probabilities(sampler, policy, genotypes)
    expected = found.exp().numpy() * len(drawn)
    counts = np.array([drawn.count(genotype) for genotype in genotypes])
    # Chi-squared with 11 degrees of freedom: above 42.3 once in 70,000 seeds.
    assert ((counts - expected) ** 2 / expected).sum() < 42.3


def test_no_decision_becomes_certain() -> None:
    sampler = PolicySampler(ToySpace(length=3))
    policy = trained_policy(sampler, exploration=0.06)
    with torch.no_grad():
        policy.bias[:, 0, 1] = 1e4
    found, _ = log_probabilities(sampler, policy, [(0, 2, 3)])
    # Four choices, then three, then three: 0.06 of the uniform distribution is 0.015, then 0.02.
    assert found.exp().item() == pytest.approx(0.015 * 0.02 * 0.02, rel=1e-4)


def test_illegal_choices_give_no_gradient_and_no_nan() -> None:
    sampler = PolicySampler(ToySpace(length=3))
    policy = trained_policy(sampler)
    log_probs, entropies = policy(torch.tensor([[0, 1, 0]]), sampler.masks((0, 1, 0))[None])
    (log_probs.sum() + entropies.sum()).backward()
    assert policy.bias.grad is not None
    assert policy.bias.grad[1, 0, 0] == 0 and policy.bias.grad[2, 0, 1] == 0
    assert all(p.grad is not None and p.grad.isfinite().all() for p in policy.parameters())


class Fussy(ToySpace):
    """Decodes only what begins with choice 3, as a space with a cost limit may."""

    def decode(self, genotype: Genotype) -> Architecture:
        if genotype[:1] != (3,):
            raise InvalidGenotype("too dear")
        return super().decode(genotype)

    def sample(self, rng: np.random.Generator) -> Genotype:
        return (3, 0, 1, 2, 0, 1, 2, 0)


def test_what_decode_refuses_is_drawn_again() -> None:
    sampler = PolicySampler(Fussy())
    policy = LstmPolicy(sampler.widths, 8, 0.1, np.random.default_rng(0))
    drawn = sampler.draw(policy, 20, np.random.default_rng(0))
    assert {sample.genotype[0] for sample in drawn} == {3}
    assert len({sample.genotype for sample in drawn}) > 10


def test_a_policy_that_meets_only_refusals_falls_back_on_the_space() -> None:
    sampler = PolicySampler(Fussy())
    policy = LstmPolicy(sampler.widths, 8, 1e-6, np.random.default_rng(0))
    with torch.no_grad():
        policy.bias[0, 0, 0] = 1e4
    drawn = sampler.draw(policy, 3, np.random.default_rng(0))
    assert [sample.genotype for sample in drawn] == [(3, 0, 1, 2, 0, 1, 2, 0)] * 3
    # 1e-6 / 4 for its first choice: it is told as what the policy would have drawn.
    assert drawn[0].log_probs[0].exp().item() == pytest.approx(2.5e-7, rel=1e-3)
