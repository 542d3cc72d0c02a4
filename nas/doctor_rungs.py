"""How early a training ranks architectures as it does at its end, and the rungs that follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nas.doctor_candidates import Candidate
from nas.doctor_report import REWARD
from nas.rung_placement import recommended_rungs, rung_advice
from results.estimate import Estimate, Measured, Unmeasured
from results.rank_agreement import rank_agreement


@dataclass(frozen=True, slots=True)
class RungAgreement:
    """By share of the steps: of the rewards there with those at the end of the same trainings."""

    random: dict[float, Measured]
    sound: dict[float, Measured]


def rung_agreement(found: Sequence[Candidate], shares: Sequence[float]) -> RungAgreement:
    """Over the first training of each candidate; where that or its part failed, it is left out."""

    def of(group: Sequence[Candidate]) -> dict[float, Measured]:
        return {share: _agreement(group, share) for share in shares}

    return RungAgreement(
        of([candidate for candidate in found if candidate.random]),
        of([candidate for candidate in found if candidate.sound]),
    )


def _agreement(group: Sequence[Candidate], share: float) -> Measured:
    both = [one.parts for one in group if share in one.parts and 1 in one.parts]
    return rank_agreement(
        [parts[share][REWARD] for parts in both], [parts[1][REWARD] for parts in both]
    )


def recommended(agreement: RungAgreement) -> tuple[float, ...]:
    """Rungs for `[halving]`, as `recommended_rungs` says, of the shares where this is known."""
    return recommended_rungs(_known(agreement.random))


def advice(agreement: RungAgreement) -> str:
    """One line: which rungs halving should have, and why."""
    known = _known(agreement.random)
    if not known:
        reasons = {one.reason for one in agreement.random.values() if isinstance(one, Unmeasured)}
        return f"where they belong is not known: {'; '.join(sorted(reasons))}"
    lowest = {
        share: one.low for share, one in agreement.random.items() if isinstance(one, Estimate)
    }
    return rung_advice(known, _known(agreement.sound), lowest)


def _known(values: Mapping[float, Measured]) -> dict[float, float]:
    return {share: one.value for share, one in values.items() if isinstance(one, Estimate)}
