"""What a paper claims, what was measured of it, and what that decides."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from results.non_inferiority import at_least_as_good
from results.paired_steps import Arm, Step, Verdict, paired_steps, verdict_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One row of a table of claims.

    Args:
        number: from 1 on; `text`: what is claimed; `paper`: the published figures.
        estimand: what the differences are of.
        steps: what the verdict is of, all of them; `beside`: what is reported and decides nothing.
        verdict: of the steps.
        failed: trainings of the networks in `steps`; nothing is decided while there are any.
        scope: what a verdict is of, as "of these runs"; empty: of what the claim says.
        notes: sentences: what was measured that is no step, why something was not, and caveats.
    """

    number: int
    text: str
    paper: str
    estimand: str
    steps: tuple[Step, ...]
    beside: tuple[Step, ...] = ()
    verdict: Verdict
    failed: int = 0
    scope: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        pairs: Sequence[tuple[Arm, Arm]],
        beside: Sequence[tuple[Arm, Arm]] = (),
        *,
        margin: float | None = None,
        **said: Any,  # noqa: ANN401 - the other fields
    ) -> Self:
        """A claim that each (better, worse) of `pairs` is in that order, decided together.

        margin: the first of each pair need only be as good as the second, but for so much.
        """
        if margin is None:
            steps = tuple(paired_steps(pairs))
        else:
            steps = tuple(at_least_as_good(*pair, margin) for pair in pairs)
        arms = {arm.name: arm for pair in pairs for arm in pair}
        failed = sum(arm.failed for arm in arms.values())
        others = tuple(step for pair in beside for step in paired_steps([pair]))
        verdict = verdict_of(steps)
        return cls(steps=steps, beside=others, verdict=verdict, failed=failed, **said)

    @property
    def said(self) -> str:
        """The verdict, and what it is of."""
        if self.verdict is Verdict.NOT_RESOLVED or not self.scope:
            return self.verdict.value
        return f"{self.verdict.value} {self.scope}"

    def as_dict(self) -> dict[str, Any]:
        """For strict JSON."""
        return {**asdict(self), "said": self.said}
