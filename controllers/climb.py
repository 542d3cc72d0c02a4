"""One climb of a local search: where it stands, and when it has come to its end."""

from dataclasses import dataclass, field

from controllers.saved_state import Scored
from search_space import Genotype


@dataclass(slots=True)
class Climb:
    """First improvement, with a memory of the points that were left (tabu search, Glover 1989).

    Rewards are noisy, so a point may owe its place to luck, and none of its neighbours would ever
    do better. After `patience` neighbours without an improvement the best of them takes its place,
    and the point is tabu: this climb does not come back to it.

    Points are numbered over all climbs of a search, and a candidate bears the number of the point
    that it was proposed at. Late results are welcome as improvements, but only neighbours of the
    point where the climb stands count against it.
    """

    patience: int  # neighbours that may fail before a point is left
    first: int = 0  # the number that the candidates of the start bear
    point: int = 0  # the number of the point where the climb stands
    observed: int = 0  # results of this climb, failed candidates too
    failures: int = 0  # neighbours of `current` that were no better
    stalled: int = 0  # neighbours in a row, over all points, that were no better than `best`
    current: Scored | None = None
    rival: Scored | None = None  # the best of the neighbours that failed
    best: Scored | None = None
    tabu: list[Genotype] = field(default_factory=list)

    def tell(self, genotype: Genotype, found: Scored | None, asked_at: int) -> None:
        """The first result of a candidate that was proposed at the point `asked_at` of this climb.

        None: it has failed.
        """
        is_neighbour = asked_at == self.point and self.current is not None
        self.observed += 1
        if _better(found, self.best):
            self.best, self.stalled = found, 0
        elif is_neighbour:
            self.stalled += 1
        if found is not None and genotype in self.tabu:
            found = None
        if _better(found, self.current):
            self._stand_at(found)
        elif is_neighbour:
            self._count_failure(found)

    def tell_again(self, genotype: Genotype, found: Scored | None) -> None:
        """A longer training of a candidate of this climb: it replaces what was known of it."""
        if self.rival is not None and self.rival.genotype == genotype:
            self.rival = found
        if self.best is not None and self.best.genotype == genotype:
            self.best = found or self.best
        elif _better(found, self.best):
            self.best, self.stalled = found, 0
        if self.current is not None and self.current.genotype == genotype:
            self.current = found or self.current
        elif genotype not in self.tabu and _better(found, self.current):
            self._stand_at(found)

    def _count_failure(self, found: Scored | None) -> None:
        self.failures += 1
        again = found is not None and self.current is not None and found[0] == self.current[0]
        if not again and _better(found, self.rival):
            self.rival = found
        if self.failures >= self.patience and self.rival is not None:
            if self.current is not None:
                self.tabu.append(self.current[0])
            self._stand_at(self.rival)

    def _stand_at(self, found: Scored | None) -> None:
        self.point += 1
        self.failures, self.current, self.rival = 0, found, None


def _better(found: Scored | None, than: Scored | None) -> bool:
    return found is not None and (than is None or found.worth > than.worth)
