"""SVG elements as text, everything escaped in one place."""

from xml.sax.saxutils import escape, quoteattr


def element(tag: str, *content: str, **attributes: str | float) -> str:
    """`<tag attributes>content</tag>`; an underscore in an attribute's name becomes a hyphen.

    Content is markup already: other elements, or `text`.
    """
    opened = tag + "".join(
        f" {name.rstrip('_').replace('_', '-')}={quoteattr(_number(value))}"
        for name, value in attributes.items()
    )
    return f"<{opened}>{''.join(content)}</{tag}>" if content else f"<{opened}/>"


def text(words: str) -> str:
    """Words as an element's content."""
    return escape(words)


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
