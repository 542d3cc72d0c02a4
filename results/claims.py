"""What a paper claims, what was measured of it, and what that decides."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from results.paired_steps import Arm, Step, Verdict, paired_steps, verdict_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One row of a table of claims.

    Args:
        number: from 1 on; `text`: what is claimed; `paper`: the published figures.
        estimand: what the differences are of.
        steps: what the verdict is of, all of them; `beside`: what is reported and decides nothing.
        verdict: of the steps.
        notes: sentences: what was measured that is no step, why something was not, and caveats.
    """

    number: int
    text: str
    paper: str
    estimand: str
    steps: tuple[Step, ...]
    beside: tuple[Step, ...] = ()
    verdict: Verdict
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        pairs: Sequence[tuple[Arm, Arm]],
        beside: Sequence[tuple[Arm, Arm]] = (),
        **said: Any,  # noqa: ANN401 - the other fields
    ) -> Self:
        """A claim that each (better, worse) of `pairs` is in that order, decided together."""
        steps = tuple(paired_steps(pairs))
        others = tuple(step for pair in beside for step in paired_steps([pair]))
        return cls(steps=steps, beside=others, verdict=verdict_of(steps), **said)

    def as_dict(self) -> dict[str, Any]:
        """For strict JSON."""
        return asdict(self)
