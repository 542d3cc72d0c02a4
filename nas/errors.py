"""What can go wrong above the rooms, one line each.

NasError
├── UsageError      the command line or a config cannot be understood
├── ReplayMismatch  a run's journal does not fit its config: resuming would be another search
├── WorkersLost     no worker is left to go on with
└── TooManyCrashes  a share of crashes that means a bug
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_LINE = 2000  # characters of a message on the terminal
ROOMS = ("controllers", "nas", "proxy_tasks", "results", "search_space")


class NasError(Exception):
    """The family of this room."""


class UsageError(NasError, ValueError):
    """A command line or a config cannot be understood; names the value and what would do."""


class ReplayMismatch(NasError):
    """The controller does not propose what the journal says it proposed."""


class WorkersLost(NasError):
    """Every worker is gone for good. What was reported is kept; the run can be resumed."""


class TooManyCrashes(NasError):
    """So many candidates crash that a bug must be the reason. The run can be resumed."""


def is_ours(error: BaseException) -> bool:
    """Whether an exception is of one of the rooms: its text is for the user as it is."""
    return type(error).__module__.partition(".")[0] in ROOMS


@contextmanager
def blaming(what: str) -> Iterator[None]:
    """Raises UsageError, naming `what` and the line, for whatever a plug-in raises in the body.

    Errors of our rooms come through as they are, and so does KeyboardInterrupt.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if is_ours(error):
            raise
        told = f"{type(error).__name__}: {error} ({place(error)})"
        raise UsageError(f"{what} fails: {told}: mend it and go on with the run") from error


def place(error: BaseException) -> str:
    """File and line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "nowhere"


def printable(text: str) -> str:
    """One line, in which whatever could steer a terminal is spelled out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def error_line(error: BaseException) -> str:
    """Its message as one printable line, cut in the middle where it is longer than LONGEST_LINE.

    A message quotes what it was given, and that may be pages, or steer a terminal.
    """
    line = printable(" ".join(str(error).split()))
    if len(line) <= LONGEST_LINE:
        return line
    half = (LONGEST_LINE - len(" ... ")) // 2
    return f"{line[:half]} ... {line[-half:]}"
