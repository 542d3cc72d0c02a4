"""Local search with restarts: White et al. 2021, arXiv 2005.02960, for noise and many workers."""

from typing import Any

from controllers.climb import Climb
from controllers.climb_state import climb_from_json, climb_to_json, points_from_json
from controllers.controller import NO_METRICS, Metrics
from controllers.generator_state import (
    generator_from_json,
    generator_from_seed,
    generator_to_json,
)
from controllers.observation import check_observation
from controllers.observed_fidelity import FULL, observed_fidelity
from controllers.option_checks import check_share, check_whole
from controllers.saved_state import Scored, check_settings, saved_scored, scored_to_json
from search_space import Genotype, SearchSpace

MOST_MOVES = 1000  # then a perturbation is a uniform member, more or less


class LocalSearch:
    """Climbs from the best of a few members through better neighbours, and starts anew at a peak.

    The paper evaluates all neighbours of a point, or goes on to the first that is better; a
    neighbourhood here has hundreds of members and rewards have noise, so neighbours are drawn at
    random, the first that is better is taken, and no point is trusted for long (see `Climb`).
    A climb is over when `stall` neighbours in a row brought no new best. The next one starts from
    uniform members, or, as iterated local search does (Lourenço et al. 2003), from perturbations
    of the best candidate so far.

    Proposals wait for nobody: while fewer than `start_size` results of a climb are known they are
    further members of its start, then neighbours of the point where it stands. Candidates that
    were observed before, and never proposed here, count as a start of the first climb.

    Args:
        start_size: results before a climb leaves its start, 1 or more.
        patience: neighbours without an improvement before a point is taken for a lucky one.
        stall: neighbours without a new best of the climb before it ends.
        fresh_rate: share of the restarts from uniform members, 0 to 1.
        kick: moves from the best candidate to a perturbation, 1 to 1,000.

    Raises:
        InvalidSetting: an option outside its range.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        start_size: int = 10,
        patience: int = 20,
        stall: int = 60,
        fresh_rate: float = 0.5,
        kick: int = 3,
    ) -> None:
        for name, value in {"start_size": start_size, "patience": patience, "stall": stall}.items():
            check_whole(name, value)
        check_whole("kick", kick, most=MOST_MOVES)
        check_share("fresh_rate", fresh_rate)
        self._space = space
        self._rng = generator_from_seed(seed)
        self._start_size, self._stall, self._kick = start_size, stall, kick
        self._fresh_rate = float(fresh_rate)
        self._climb = Climb(patience)
        self._base: Scored | None = None  # what the climb's start is perturbed from
        self._best: Scored | None = None
        self._asked_at: dict[Genotype, int] = {}  # of the climb's candidates that are still out
        self._paused: dict[Genotype, int] = {}  # of those that may come again, trained longer
        self.parents: tuple[Genotype, ...] = ()

    def propose(self) -> Genotype:
        """A uniform or perturbed member while a climb starts, then a neighbour of its point."""
        climb = self._climb
        if climb.current is None or climb.observed < self._start_size:
            genotype, asked_at = self._start(), climb.first
        else:
            self.parents = (climb.current[0],)
            genotype, asked_at = self._space.mutate(climb.current[0], self._rng), climb.point
        self._asked_at[genotype] = asked_at
        return genotype

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        """Moves the climb where the result is its own; any result may be the best so far.

        With rungs, only a training as long moves the climb: a neighbour beats the point where it
        stands once it was trained as long and is better, or was trained longer.
        """
        genotype, reward, _ = check_observation(self._space, genotype, reward)
        fidelity = observed_fidelity(metrics)
        found = None if reward is None else Scored(genotype, reward, fidelity)
        self._note_best(found)
        asked_at = self._asked_at.pop(genotype, None)
        if asked_at is None and genotype in self._paused:
            asked_at = self._paused[genotype]
            self._climb.tell_again(genotype, found)
        else:
            if asked_at is None:
                if self._climb.first > 0:
                    return  # late, from a climb that has ended
                asked_at = self._climb.first
            self._climb.tell(genotype, found, asked_at)
        self._paused.pop(genotype, None)
        if fidelity < FULL:
            self._paused[genotype] = asked_at
        if self._is_over():
            self._restart()

    def state_dict(self) -> dict[str, Any]:
        """Settings, generator, the climb, what is out, the best candidate and the climb's base."""
        return {
            **self._settings(),
            "climb": climb_to_json(self._climb),
            "asked_at": [[list(genotype), point] for genotype, point in self._asked_at.items()],
            "paused": [[list(genotype), point] for genotype, point in self._paused.items()],
            "base": scored_to_json([self._base] if self._base else []),
            "best": scored_to_json([self._best] if self._best else []),
            "rng": generator_to_json(self._rng),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Raises InvalidState."""
        check_settings(state, self._settings())
        climb = climb_from_json(state.get("climb"), self._climb.patience, self._space)
        asked_at = points_from_json(state, "asked_at", self._space)
        paused = points_from_json(state, "paused", self._space)
        base = saved_scored(state, "base", self._space, most=1)
        best = saved_scored(state, "best", self._space, most=1)
        self._rng = generator_from_json(state.get("rng"))
        self._climb, self._asked_at, self._paused = climb, asked_at, paused
        self._base = base[0] if base else None
        self._best = best[0] if best else None

    def _start(self) -> Genotype:
        if self._base is None:
            self.parents = ()
            return self._space.sample(self._rng)
        genotype = self._base[0]
        self.parents = (genotype,)
        for _ in range(self._kick):
            genotype = self._space.mutate(genotype, self._rng)
        return genotype

    def _is_over(self) -> bool:
        all_failed = self._climb.current is None and self._climb.observed >= self._start_size
        return all_failed or self._climb.stalled >= self._stall

    def _restart(self) -> None:
        fresh = self._rng.random() < self._fresh_rate
        self._base = None if fresh else self._best
        point = self._climb.point + 1
        self._climb = Climb(self._climb.patience, first=point, point=point)
        self._asked_at, self._paused = {}, {}

    def _note_best(self, found: Scored | None) -> None:
        if found is not None and (self._best is None or found.worth > self._best.worth):
            self._best = found

    def _settings(self) -> dict[str, Any]:
        return {
            "controller": type(self).__name__,
            "start_size": self._start_size,
            "patience": self._climb.patience,
            "stall": self._stall,
            "fresh_rate": self._fresh_rate,
            "kick": self._kick,
        }
