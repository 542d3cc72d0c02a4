"""A user's value as an error message shows it."""

MOST_LETTERS = 60


def shown(value: object) -> str:
    """Its repr in one line, cut in the middle where it is longer than MOST_LETTERS."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python prints no number of more than 4,300 digits
        text = f"a huge {type(value).__name__}"
    if len(text) <= MOST_LETTERS:
        return text
    half = (MOST_LETTERS - len(" ... ")) // 2
    return f"{text[:half]} ... {text[-half:]}"
