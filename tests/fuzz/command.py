"""`nas` in this process, held to what it promises of its exit code and of standard error."""

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nas.cli import is_message_for_user, main
from tests.fuzz.engine import Fault

Value = TypeVar("Value")
REFUSED = 2
LONGEST_LINE = 4000  # characters; what is longer is no line that somebody reads


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said."""

    code: int
    output: bytes
    error: str

    @property
    def accepted(self) -> bool:
        return self.code != REFUSED


def nas(words: Sequence[str], folder: Path, *, printed: bool = True) -> Answer:
    """Runs a command in `folder`. Raises Fault for what no user should ever meet."""
    output, error = io.BytesIO(), io.BytesIO()
    with _terminal(output, error), inside(folder):
        try:
            code = main(words)
        except SystemExit as ended:  # argparse, after --help
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    answer = Answer(code, output.getvalue(), error.getvalue().decode())
    if code not in (0, 1, REFUSED):
        raise Fault(f"exit code {code}")
    if "Traceback" in answer.error:
        raise Fault(answer.error)
    if code == REFUSED:
        lines = answer.error.splitlines()
        # These show on standard error how far they are, and may meet the end of it on their way.
        shows = words[0] in ("doctor", "scorecard") and lines[-1].startswith("nas: ")
        _check_line(lines[-1] if shows else answer.error)
    if code == 0 and printed and not answer.output:
        raise Fault("success without a word")
    return answer


def read(reader: Callable[[], Value]) -> Value | None:
    """What a reader returns; None where it refuses with an error that the command line prints."""
    try:
        return reader()
    except Exception as error:
        if not is_message_for_user(error):
            raise
        _check_line(" ".join(str(error).split()))
        return None


def _check_line(text: str) -> None:
    lines = text.splitlines()
    if len(lines) != 1:
        raise Fault(f"{len(lines)} lines for a refusal: {lines[:3]}")
    if len(lines[0]) > LONGEST_LINE:
        raise Fault(f"a line of {len(lines[0])} characters: {lines[0][:200]}")


@contextmanager
def _terminal(output: io.BytesIO, error: io.BytesIO) -> Iterator[None]:
    """UTF-8, and strict on standard output, as Python opens a terminal's."""
    before = sys.stdout, sys.stderr
    sys.stdout = io.TextIOWrapper(output, "utf-8", errors="strict", write_through=True)
    sys.stderr = io.TextIOWrapper(error, "utf-8", errors="backslashreplace", write_through=True)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if not stream.closed:
                stream.detach()
        sys.stdout, sys.stderr = before


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
