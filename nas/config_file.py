"""The config.toml of a run: for people to read and to repeat; the store has the one that counts."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import tomli_w

from nas.config import Config
from nas.errors import UsageError, printable
from proxy_tasks.whole_file import write_whole
from results.shell_word import shell_word

CONFIG = "config.toml"
AGAIN = "type the same command again"


def write_search_config(directory: Path, config: Config) -> None:
    """Of a search, which the file repeats. Raises UsageError."""
    file = directory / CONFIG
    head = _repeated(f"nas search {shell_word(str(file))}")
    _write(file, head, config, f"`nas resume {shell_word(str(directory))}`")


def write_doctor_config(directory: Path, config: Config, options: Sequence[str]) -> None:
    """Of a run of `nas doctor` with these options. Raises UsageError."""
    file = directory / CONFIG
    words = ["nas", "doctor", str(file), *options, "--run-dir", str(directory)]
    _write(file, _repeated(shlex.join(words)), config, AGAIN)


def write_planned_config(directory: Path, config: Config) -> None:
    """Of trainings that are a part of what a command does. Raises UsageError."""
    _write(directory / CONFIG, "The effective config of these trainings.", config, AGAIN)


def _repeated(command: str) -> str:
    return f"The effective config of this run: `{printable(command)}` repeats it."


def _write(file: Path, head: str, config: Config, way_on: str) -> None:
    try:
        write_whole(file, f"# {head}\n\n{tomli_w.dumps(config.as_dict())}".encode())
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}): mend that, then {way_on}"
        ) from error
