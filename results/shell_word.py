"""A text for a command that somebody may type."""

import shlex
from pathlib import Path


def shell_word(text: str | Path) -> str:
    """As a shell takes it, and no option of a command."""
    return shlex.quote(f"./{text}" if str(text).startswith("-") else str(text))
