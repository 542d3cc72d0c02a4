"""A folder of a data set that was given where the data set's own was wanted."""

from pathlib import Path


def parent_meant(directory: Path, name: str) -> str:
    """A question to end a message with, where `name` is not in `directory` but beside it."""
    parent = directory.resolve().parent
    return f"; is its parent meant, {parent}?" if (parent / name).exists() else ""
