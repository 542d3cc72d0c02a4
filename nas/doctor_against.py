"""Whether two proxies put the same architectures in the same order."""

import json
from collections.abc import Collection, Iterable, Sequence
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
    theirs = their_rewards(directory)
    check_common([candidate.key for candidate in found], theirs, directory)
    both = [
        (candidate, mean, theirs[candidate.key])
        for candidate in found
        if candidate.key in theirs and (mean := candidate.mean(REWARD)) is not None
    ]

    def agreement(group: Sequence[tuple[Candidate, float, float]]) -> Measured:
        return rank_agreement([ours for _, ours, _ in group], [other for _, _, other in group])

    return Against(
        directory,
        agreement([one for one in both if one[0].random]),
        agreement([one for one in both if one[0].sound]),
    )


def their_rewards(directory: Path) -> dict[str, float]:
    """Mean rewards by key of the finished run of another doctor. Raises UsageError, NotARun."""
    measured = _measured(directory)
    return {one.key: mean for one in measured if (mean := one.mean(REWARD)) is not None}


def check_common(keys: Iterable[str], theirs: Collection[str], directory: Path) -> None:
    """Raises UsageError where none of our architectures is among theirs."""
    if not any(key in theirs for key in keys):
        raise UsageError(
            f"--against {directory}: that run of `nas doctor` has no architecture in common with "
            "this one; both need the same --seed, --architectures and --sound, and one space"
        )


def _measured(directory: Path) -> list[Candidate]:
    try:
        opened = TrialStore.open_read_only(directory)
    except NotARun:
        raise NotARun(
            f"--against {directory}: there is no run; name the --run-dir of a finished `nas doctor`"
        ) from None
    with opened as store:
        try:
            sample = Sample.from_dict(json.loads(store.meta()[DOCTOR]))
        except (KeyError, TypeError, ValueError):
            raise NotARun(f"--against {directory}: it is no run of `nas doctor`") from None
        left = sample.trials - store.count() + store.count(TrialStatus.RUNNING)
        if left:
            raise UsageError(
                f"--against {directory}: {left} of its {sample.trials} trainings are still to "
                "be made; type its own `nas doctor` command again first"
            )
        return candidates(sample, store.trials())
