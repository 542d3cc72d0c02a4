"""SVG elements as text, everything escaped in one place."""

import re
from xml.sax.saxutils import escape, quoteattr

# Control characters and halves of surrogate pairs, which no XML 1.0 text may hold (section 2.2).
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    """Words as an element's content; U+FFFD stands for what XML cannot hold."""
    return escape(FORBIDDEN.sub("\ufffd", words))


def label(words: str, x: float, y: float, **look: str | float) -> str:
    """Words whose middle is (x, y), or with text_anchor their start or end."""
    # dy, not dominant-baseline: few converters know the latter.
    place: dict[str, str | float] = {"x": x, "y": y, "dy": "0.35em", "text_anchor": "middle"}
    return element("text", text(words), **(place | look))


def document(title: str, width: float, height: float, parts: list[str]) -> str:
    """A self-contained SVG picture on white."""
    background = element("rect", width=width, height=height, fill="white")
    return element(
        "svg",
        "\n" + "\n".join([element("title", text(title)), background, *parts]) + "\n",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        font_family="Helvetica, Arial, sans-serif",
    )


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
