"""A text for a command that somebody may type."""

import shlex


def shell_word(text: str) -> str:
    """As a shell takes it, and no option of a command."""
    return shlex.quote(f"./{text}" if text.startswith("-") else text)
