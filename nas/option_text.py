"""A value of a TOML file as the command line spells it."""

import json


def option_text(value: object) -> str:
    """A text as it is; a number, a truth value or a list of these in TOML's spelling.

    Raises ValueError for anything else.
    """
    return value if isinstance(value, str) else _spelt(value)


def _spelt(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_spelt, value))}]"
    raise ValueError("give a number, a text, true, false or a list of these")
