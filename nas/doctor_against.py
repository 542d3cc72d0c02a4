"""Whether two proxies put the same architectures in the same order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nas.doctor_candidates import Candidate, candidates
from nas.doctor_report import REWARD
from nas.doctor_sample import Sample
from nas.errors import UsageError
from nas.run_directory import DOCTOR
from results import NotARun, TrialStatus, TrialStore
from results.estimate import Measured
from results.rank_agreement import rank_agreement


@dataclass(frozen=True, slots=True)
class Against:
    """Agreement of the mean rewards of two doctors' runs, over the architectures of both."""

    directory: Path
    random: Measured
    sound: Measured


def compare(found: Sequence[Candidate], directory: Path) -> Against:
    """With the finished run of another doctor. Raises UsageError, NotARun."""
    theirs = {
        one.key: mean for one in _measured(directory) if (mean := one.mean(REWARD)) is not None
    }
    both = [
        (candidate, mean, theirs[candidate.key])
        for candidate in found
        if candidate.key in theirs and (mean := candidate.mean(REWARD)) is not None
    ]
    if not both:
        raise UsageError(
            f"--against {directory}: it has no architecture in common with this run; both need "
            "the same --seed, --architectures and --sound, and one space"
        )

    def agreement(group: Sequence[tuple[Candidate, float, float]]) -> Measured:
        return rank_agreement([ours for _, ours, _ in group], [other for _, _, other in group])

    return Against(
        directory,
        agreement([one for one in both if one[0].random]),
        agreement([one for one in both if one[0].sound]),
    )


def _measured(directory: Path) -> list[Candidate]:
    with TrialStore.open_read_only(directory) as store:
        try:
            sample = Sample.from_dict(json.loads(store.meta()[DOCTOR]))
        except (KeyError, TypeError, ValueError):
            raise NotARun(f"--against {directory}: it is no run of `nas doctor`") from None
        left = sample.trials - store.count() + store.count(TrialStatus.RUNNING)
        if left:
            raise UsageError(
                f"--against {directory}: {left} of its {sample.trials} trainings are still to "
                "be made; type its own command again first"
            )
        return candidates(sample, store.trials())
