"""What steers a terminal, and has no place in a message that is kept."""

import re

# ECMA-48: control sequences such as colours, then strings such as links and window titles.
CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


def without_escape_codes(text: str) -> str:
    """The text that a terminal would show."""
    return CODES.sub("", text)
