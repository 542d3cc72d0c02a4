"""A trial that a new run begins with."""

from dataclasses import dataclass

from results.errors import InvalidTrial
from results.trial import Trial, TrialStatus


@dataclass(frozen=True, slots=True)
class ImportedTrial:
    """A finished trial of another run, with the number that it gets in the new one.

    Args:
        trial: numbered, like what it continues, as in the new run.
        source: where it came from, for people: "trial 17 of runs/a". What cannot be printed, such
            as a file name's byte that is no UTF-8, is kept as an escape.

    Raises:
        InvalidTrial: it is running.
    """

    trial: Trial
    source: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", _printable(self.source))
        if self.trial.status is TrialStatus.RUNNING:
            raise InvalidTrial(f"{self.source} is running: take over finished trials only")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
