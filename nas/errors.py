"""What can go wrong above the rooms, one line each.

NasError
├── UsageError      the command line or a config cannot be understood
├── ReplayMismatch  a run's journal does not fit its config: resuming would be another search
└── WorkersLost     no worker is left to go on with
"""

ROOMS = ("controllers", "nas", "proxy_tasks", "results", "search_space")


class NasError(Exception):
    """The family of this room."""


class UsageError(NasError, ValueError):
    """A command line or a config cannot be understood; names the value and what would do."""


class ReplayMismatch(NasError):
    """The controller does not propose what the journal says it proposed."""


class WorkersLost(NasError):
    """Every worker is gone for good. What was reported is kept; the run can be resumed."""


def is_ours(error: BaseException) -> bool:
    """Whether an exception is of one of the rooms: its text is for the user as it is."""
    return type(error).__module__.partition(".")[0] in ROOMS
