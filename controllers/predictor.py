"""Evolution guided by a surrogate of the reward."""

from itertools import chain
from typing import Any

import numpy as np

from controllers.architecture_features import ArchitectureFeatures, architecture_features
from controllers.candidate_pool import Candidates, breed
from controllers.controller import NO_METRICS, Metrics
from controllers.errors import InvalidSetting, InvalidState
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.network_kernel import NetworkKernel
from controllers.observation import check_observation
from controllers.observed_fidelity import observed_fidelity
from controllers.observed_networks import ObservedNetworks
from controllers.option_checks import check_share, check_whole
from controllers.predictor_state import saved_fit
from controllers.reference_sample import reference_sample
from controllers.saved_state import (
    Result,
    check_settings,
    saved_genotypes,
    saved_results,
    scored_to_json,
)
from controllers.surrogate import Members, Surrogate
from search_space import Genotype, SearchSpace

MOST_BRED = 1000  # children for a proposal, half a millisecond each
MOST_WAITING = 64  # candidates that stay in the pool
MOST_PENDING = 32  # proposals that are out and still remembered
REFIT, RETUNE = 25, 4  # after one part in so many of new results, at least one


class Predictor:
    """Breeds many candidates, and proposes the one that a surrogate thinks most of.

    The first `initial_size` results are of uniform members. From then on every proposal adds
    children of the incumbents, and of the best candidates that are not evaluated yet, to a pool;
    the pool's best by mean + exploration * SD leaves it as the proposal, the best 64 of the others
    stay. Incumbents are the observed networks of the highest predicted mean, so that one lucky
    evaluation leads nobody. With rungs, the surrogate is of one scale for all (`rung_targets`).
    Results that are out count as known in the SD alone: workers at the
    same time get different candidates.

    Bayesian optimisation of networks in the manner of NASBOWL (Ru et al. 2021, arXiv 2006.07556)
    and BANANAS (White et al. 2021, arXiv 1910.11858), for noise and for any SearchSpace.

    Args:
        initial_size: uniform members first, 2 or more.
        exploration: SDs added to the predicted mean, 0 or more.
        elite_size: incumbents, 1 or more.
        crossover_rate: share of the children that have two parents.
        breadth: children bred for a proposal while less than 64 results are known; then fewer,
            down to a fifth; at most 1,000.
        training_size: networks that the surrogate is fitted to: the best and the latest.

    Raises:
        InvalidSetting: an option outside its range.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        initial_size: int = 10,
        exploration: float = 2.0,
        elite_size: int = 8,
        crossover_rate: float = 0.15,
        breadth: int = 20,
        training_size: int = 250,
    ) -> None:
        check_whole("initial_size", initial_size, 2)
        check_whole("elite_size", elite_size)
        check_whole("breadth", breadth, most=MOST_BRED)
        check_whole("training_size", training_size, 10)
        check_share("crossover_rate", crossover_rate)
        if not isinstance(exploration, int | float) or not 0 <= exploration < np.inf:
            raise InvalidSetting(f"exploration is {exploration!r}: give a number from 0 on")
        self._space, self._rng = space, generator_from_seed(seed)
        self._initial_size, self._exploration = initial_size, float(exploration)
        self._elite_size, self._crossover_rate = elite_size, float(crossover_rate)
        self._breadth, self._training_size = breadth, training_size
        self._observed = ObservedNetworks()
        self._pending: Candidates = {}
        self._pool: Candidates = {}
        self._made_of: dict[Genotype, tuple[Genotype, ...]] = {}  # what is in the pool
        self.parents: tuple[Genotype, ...] = ()
        self._kernel: NetworkKernel | None = None
        self._model: Surrogate | None = None
        self._fitted = self._tuned = 0  # results known at the last fit and choice of members

    def propose(self) -> Genotype:
        """A uniform member at first, then the best of the pool."""
        self.parents = ()
        if len(self._observed.journal) < self._initial_size or self._observed.scored < 2:
            genotype = self._space.sample(self._rng)
            self._hand_out(genotype, self._features(genotype))
            return genotype
        model = self._fresh_model()
        self._grow(model)
        if not self._pool:  # everything near is known
            return self._space.sample(self._rng)
        candidates = list(self._pool.values())
        mean, sd = model.predict(
            [features for _, features in candidates],
            [features for _, features in self._pending.values()],
        )
        value = mean + self._exploration * sd
        order: list[int] = np.argsort(-value, kind="stable").tolist()
        best, *kept = [candidates[index] for index in order[: MOST_WAITING + 1]]
        self._pool = {features.identity: (genotype, features) for genotype, features in kept}
        self._hand_out(*best)
        self.parents = self._made_of.get(best[0], ())
        self._made_of = {one: self._made_of[one] for one, _ in kept if one in self._made_of}
        return best[0]

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Remembered; the surrogate is fitted when the next proposal needs it."""
        genotype, reward, architecture = check_observation(self._space, genotype, reward)
        result = Result(genotype, reward, observed_fidelity(metrics))
        features = architecture_features(architecture)
        self._pending.pop(features.identity, None)
        self._pool.pop(features.identity, None)
        self._observed.add(features, result)

    def state_dict(self) -> dict[str, Any]:
        """Settings, generator, all results in order, what is out, the pool, and the last fit."""
        return {
            **self._settings(),
            "journal": scored_to_json(self._observed.journal),
            "pending": [list(genotype) for genotype, _ in self._pending.values()],
            "pool": [list(genotype) for genotype, _ in self._pool.values()],
            "fit": [
                self._fitted,
                self._tuned,
                [list(m) for m in self._model.members] if self._model else [],
            ],
            "rng": generator_to_json(self._rng),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises InvalidState."""
        check_settings(state, self._settings())
        journal = saved_results(state, "journal", self._space)
        pending = saved_genotypes(state, "pending", self._space, MOST_PENDING)
        pool = saved_genotypes(state, "pool", self._space, MOST_WAITING)
        fitted, tuned, members = saved_fit(state, len(journal))
        rng = generator_from_json(state.get("rng"))
        observed, model = ObservedNetworks(), None
        for number, result in enumerate(journal, 1):
            observed.add(self._features(result.genotype), result)
            if number == fitted and observed.scored < 2:
                raise InvalidState(f"the state has a fit to {fitted} results, but hardly a reward")
            if number == fitted:
                model = self._fit(observed, members)
        self._rng, self._observed, self._model = rng, observed, model
        self._fitted, self._tuned = fitted, tuned
        self._pending, self._pool = self._candidates(pending), self._candidates(pool)
        self._made_of = dict.fromkeys(pool, ())  # a state does not say

    def _fresh_model(self) -> Surrogate:
        known = len(self._observed.journal)
        if self._model is None or known - self._fitted >= max(1, known // REFIT):
            retune = self._model is None or known - self._tuned >= max(1, self._tuned // RETUNE)
            self._tuned = known if retune else self._tuned
            members = None if retune or self._model is None else self._model.members
            self._model, self._fitted = self._fit(self._observed, members), known
        return self._model

    def _fit(self, observed: ObservedNetworks, members: Members | None) -> Surrogate:
        if self._kernel is None:
            # of a generator of its own: the features' scale is the space's, not the search's
            sample = reference_sample(self._space, generator_from_seed(0))
            self._kernel = NetworkKernel([self._features(genotype) for genotype in sample])
        networks = observed.best_and_latest(self._training_size)
        return Surrogate(self._kernel, networks, members, self._elite_size)

    def _grow(self, model: Surrogate) -> None:
        known = len(self._observed.journal)
        children = max(self._breadth // 5, 1, self._breadth * 64 // max(known, 64))
        waiting = [genotype for genotype, _ in self._pool.values()]
        elite = [network.genotype for network in model.elite]
        for _ in range(children):
            genotype, parents = breed(self._space, elite, waiting, self._crossover_rate, self._rng)
            features = self._features(genotype)
            places = (self._observed.networks, self._pending, self._pool)
            if not any(features.identity in place for place in places):
                self._pool[features.identity] = (genotype, features)
                # of one that waits itself: what that was made of
                evaluated = (self._made_of.get(parent, (parent,)) for parent in parents)
                self._made_of[genotype] = tuple(dict.fromkeys(chain(*evaluated)))

    def _hand_out(self, genotype: Genotype, features: ArchitectureFeatures) -> None:
        self._pending[features.identity] = (genotype, features)
        while len(self._pending) > MOST_PENDING:
            del self._pending[next(iter(self._pending))]

    def _candidates(self, genotypes: list[Genotype]) -> Candidates:
        rows = [(genotype, self._features(genotype)) for genotype in genotypes]
        return {features.identity: (genotype, features) for genotype, features in rows}

    def _features(self, genotype: Genotype) -> ArchitectureFeatures:
        return architecture_features(self._space.decode(genotype))

    def _settings(self) -> dict[str, Any]:
        return {
            "controller": type(self).__name__,
            "initial_size": self._initial_size,
            "exploration": self._exploration,
            "elite_size": self._elite_size,
            "crossover_rate": self._crossover_rate,
            "breadth": self._breadth,
            "training_size": self._training_size,
        }
