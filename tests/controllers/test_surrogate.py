import numpy as np
import pytest

from controllers.architecture_features import ArchitectureFeatures, architecture_features
from controllers.network_kernel import NetworkKernel
from controllers.observed_networks import ObservedNetwork, ObservedNetworks
from controllers.rung_targets import rung_targets
from controllers.saved_state import Result
from controllers.surrogate import Surrogate
from search_space import SPACES, resolve

SPACE = SPACES["spinenet-49"]


def networks(count: int, seed: int) -> list[ObservedNetwork]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        genotype = SPACE.sample(rng)
        architecture = SPACE.decode(genotype)
        # known and smooth: how many live blocks are coarse, and how far edges jump
        nodes = [node for node in resolve(architecture) if node.live]
        jumps = sum(
            abs(node.level - architecture.feature_level(i)) for node in nodes for i in node.parents
        )
        reward = sum(node.level >= 5 for node in nodes) - 0.3 * jumps
        found.append(ObservedNetwork(genotype, architecture_features(architecture), [reward]))
    return found


def rows(of: list[ObservedNetwork]) -> list[ArchitectureFeatures]:
    return [network.features for network in of]


@pytest.fixture(scope="module")
def kernel() -> NetworkKernel:
    return NetworkKernel(rows(networks(64, 1)))


def test_it_ranks_unseen_networks_of_a_known_function(kernel: NetworkKernel) -> None:
    # Of 200 unrelated pairs a rank correlation above 0.4 has a probability below 1 in 10 ** 7.
    train, test = networks(60, 2), networks(200, 3)
    mean, _ = Surrogate(kernel, train, None, 5).predict(rows(test))
    ranks = [np.argsort(np.argsort(x)) for x in (mean, [n.rewards[0] for n in test])]
    assert np.corrcoef(*ranks)[0, 1] > 0.4


def test_the_sd_is_smaller_at_what_was_observed(kernel: NetworkKernel) -> None:
    train = networks(40, 2)
    model = Surrogate(kernel, train, None, 5)
    assert model.predict(rows(train))[1].max() < model.predict(rows(networks(20, 3)))[1].min()


def test_what_is_out_lowers_the_sd_and_leaves_the_mean(kernel: NetworkKernel) -> None:
    model, others = Surrogate(kernel, networks(40, 2), None, 5), rows(networks(20, 3))
    (mean, sd), (mean_out, sd_out) = model.predict(others), model.predict(others, others[:4])
    assert np.allclose(mean, mean_out, rtol=1e-9)
    assert (sd_out <= sd + 1e-9).all() and (sd_out[:4] < sd[:4]).all()


def test_the_kernel_is_one_at_itself_symmetric_and_positive(kernel: NetworkKernel) -> None:
    some = rows(networks(30, 4))
    vocabulary = {p: i for i, p in enumerate(sorted({p for row in some for p in row.patterns}))}
    encoded = kernel.encode(some, vocabulary)
    matrix = kernel(encoded, encoded, 1.0)
    assert np.allclose(np.diag(matrix), 1.0) and np.allclose(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > -1e-9
    assert matrix.min() >= 0 and matrix.max() <= 1 + 1e-9


def test_the_weights_of_the_members_add_up_to_one(kernel: NetworkKernel) -> None:
    members = Surrogate(kernel, networks(40, 2), None, 5).members
    assert sum(weight for _, _, weight in members) == pytest.approx(1.0)


def test_the_training_set_holds_the_best_and_the_latest() -> None:
    observed = ObservedNetworks()
    for place, network in enumerate(networks(20, 5)):
        observed.add(network.features, Result(network.genotype, float((7 * place) % 20)))
    chosen = observed.best_and_latest(8)
    assert chosen[4:] == list(observed.networks.values())[-4:]
    best = sorted(((7 * place) % 20 for place in range(16)), reverse=True)[:4]
    assert [network.reward for network in chosen[:4]] == best


def test_rewards_of_one_network_are_averaged_and_repeats_count_once() -> None:
    observed, network = ObservedNetworks(), networks(1, 6)[0]
    for reward in (1.0, None, 2.0, 2.0):
        observed.add(network.features, Result(network.genotype, reward))
    assert [n.reward for n in observed.networks.values()] == [1.5]
    assert (observed.scored, len(observed.journal)) == (1, 4)


def test_a_higher_rung_replaces_what_was_known_of_a_network() -> None:
    observed, network = ObservedNetworks(), networks(1, 6)[0]
    for reward, fidelity in ((0.9, 0.25), (0.4, 1.0), (0.8, 0.5)):
        observed.add(network.features, Result(network.genotype, reward, fidelity))
    (known,) = observed.networks.values()
    assert (known.reward, known.fidelity) == (0.4, 1.0)


def test_targets_of_several_rungs_put_the_longer_training_first() -> None:
    """By rank: 0.9 after a quarter of a training says less than 0.1 after all of it."""
    rows = networks(4, 6)
    for row, (reward, fidelity) in zip(
        rows, ((0.9, 0.25), (0.1, 1.0), (None, 1.0), (0.2, 0.25)), strict=True
    ):
        row.rewards, row.fidelity = [] if reward is None else [reward], fidelity
    targets = rung_targets(rows)
    assert targets[1] > targets[0] > targets[3] == targets[2]
