"""Where a command writes what was asked for."""

import sys
from pathlib import Path

from nas.errors import UsageError


def write_output(content: bytes, output: str | None) -> None:
    """Write to a file, or to standard output. Raises UsageError when the file cannot be written."""
    if output is None and sys.stdout is None:
        raise UsageError("standard output is closed: give --output FILE")
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise UsageError(f"--output {output} cannot be written: {error.strerror}") from error
