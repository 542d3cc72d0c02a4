"""Which failed trials to try again, as the command line says it, and trying them."""

from nas.config_source import suggestion
from nas.errors import UsageError
from results import FailureKind, TrialStore

SHORT = {"oom": FailureKind.OUT_OF_MEMORY}
NAMES = {**SHORT, **{kind.value: kind for kind in FailureKind}}


def failed_kinds(text: str) -> frozenset[FailureKind]:
    """Of `failed` all kinds; of `failed:oom,time_limit`, or `failed:oom,failed:time_limit`, these.

    Raises UsageError for a word that is no kind of failure.
    """
    if text == "failed":
        return frozenset(FailureKind)
    kinds = set()
    for word in text.split(","):
        name = word.removeprefix("failed:")
        if name not in NAMES:
            raise UsageError(
                f"--retry {text}: {word!r} is no kind of failure: "
                f"{suggestion(name, list(NAMES))}; write failed, failed:oom or failed:oom,crashed"
            )
        kinds.add(NAMES[name])
    return frozenset(kinds)


def reopen_failed(store: TrialStore, kinds: frozenset[FailureKind]) -> int:
    """Begin the run's trials that failed so again. Returns how many there are."""
    found = [trial for trial in store.failed() if trial.failure and trial.failure.kind in kinds]
    for trial in found:
        store.reopen(trial.number)
    return len(found)
