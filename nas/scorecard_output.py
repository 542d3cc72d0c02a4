"""What becomes of a scorecard's output when a disk is full or a stream closed."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from nas.cli_output import STDOUT_CLOSED
from nas.errors import UsageError


def check_outputs(output: str | None, plot: str | None) -> None:
    """Raises UsageError where no output can be written, before the work that it is for."""
    if sys.stdout is None and output is None:
        raise UsageError(STDOUT_CLOSED)
    for option, file in (("output", output), ("plot", plot)):
        if file is not None:
            _check_writable(option, file)
    if output is not None and plot is not None and _same(Path(output), Path(plot)):
        raise UsageError(f"--output {output} and --plot {plot} are one file: give two")


@contextmanager
def whole_output(kept: str | None) -> Iterator[None]:
    """A block that prints. Raises UsageError where not all can be; `kept` is a file that has it."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # `nas scorecard | head`
        raise
    except OSError as error:
        _give_up(sys.stdout)
        way = "--output FILE keeps it" if kept is None else f"{kept} has it"
        raise UsageError(f"standard output cannot be written: {error.strerror}: {way}") from error


def tell(line: str) -> None:
    """A line on standard error, if that can be written: no work is lost for want of it."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(" ".join(line.split()) + "\n")
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)


def _give_up(stream: IO[str]) -> None:
    """Lead a stream to nowhere: what is left in its buffer would fail again at the exit."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _same(first: Path, second: Path) -> bool:
    both = first.exists() and second.exists()
    return first.samefile(second) if both else first.resolve() == second.resolve()


def _check_writable(option: str, file: str) -> None:
    path = Path(file)
    try:
        if not file or path.is_dir():
            raise UsageError(f"--{option} {file!r} names no file: give a path")
        if not path.exists():
            with tempfile.TemporaryFile(dir=path.resolve().parent):
                return
        with path.open("ab"):
            return
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, UsageError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--{option} {file} cannot be written: {reason}") from error
