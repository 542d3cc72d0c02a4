"""Everything that can be wrong with the results of a run.

ResultsError(Exception)
├── InvalidTrial(ValueError)     a trial, an outcome or a metric that contradicts itself
├── UnknownTrial(LookupError)    no trial of that number in this run
├── InvalidNoise(ValueError)     a noise of trainings that cannot be one
├── InvalidExport(ValueError)    a format that a leaderboard is not written in
├── UnknownMetric(LookupError)   no metric of that name in this leaderboard
├── NotComparable(ValueError)    runs whose rewards do not compare
├── NotARun                      no such file, or a file that is no run of this program
├── StoreExists                  a new run was asked for where one is already
├── StoreDamaged                 a run whose file was cut or overwritten
├── StoreBusy                    another process is writing this run
├── StoreInaccessible            no permission, or opened for reading only
└── StoreFull                    the disk took no more (full, over quota, failing)
"""


class ResultsError(Exception):
    """What the room `results` raises; the message is one line and names the way out."""


class InvalidTrial(ResultsError, ValueError):
    """A trial, an outcome or a metric that contradicts itself."""


class UnknownTrial(ResultsError, LookupError):
    """No trial of that number is in this run."""


class InvalidNoise(ResultsError, ValueError):
    """A noise of trainings is out of range."""


class InvalidExport(ResultsError, ValueError):
    """A leaderboard cannot be written in the format that was asked for."""


class UnknownMetric(ResultsError, LookupError):
    """A leaderboard has no metric of that name."""


class NotComparable(ResultsError, ValueError):
    """Runs were to be looked at together whose rewards do not compare."""


class NotARun(ResultsError):
    """Nothing is there, or it is a file that is no run of this program."""


class StoreExists(ResultsError):
    """A new run was asked for in a place where a run already is."""


class StoreDamaged(ResultsError):
    """The file of a run was cut, overwritten or edited."""


class StoreBusy(ResultsError):
    """Another process is writing this run."""


class StoreInaccessible(ResultsError):
    """The run cannot be read or written: permissions, or it was opened for reading only."""


class StoreFull(ResultsError):
    """The disk refused a write: nothing of that step is recorded, everything before it is."""
