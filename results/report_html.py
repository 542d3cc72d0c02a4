"""A report as one page of HTML that needs nothing beside it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

SCRIPTS: Final = (  # one program, in the order of what needs what
    "dom.js",
    "architecture.js",
    "edges.js",
    "drawing.js",
    "chart.js",
    "charts.js",
    "family.js",
    "compare.js",
    "claims.js",
    "filter.js",
    "table.js",
    "answer.js",
    "page.js",
)
STYLES: Final = ("page.css", "charts.css", "table.css", "compare.css", "claims.css")


def report_page(document: Mapping[str, object]) -> bytes:
    """UTF-8 of a page that shows a `report_document`.

    What came from the runs stands in one block of JSON, in which no `<` is, and gets into the page
    as text only; the page's policy lets run and load nothing but its own script and style.
    """
    data = json.dumps(document, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    script = '"use strict";\n(() => {\n' + "".join(map(_asset, SCRIPTS)) + "})();\n"
    style = "".join(map(_asset, STYLES))
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {"POLICY": policy, "STYLE": style, "DATA": data, "SCRIPT": script}
    # Cut at the marks once, so that no part is searched for the marks of another.
    text, *rest = _asset("template.html").split("{{")
    for piece in rest:
        name, _, after = piece.partition("}}")
        text += parts[name] + after
    return text.encode()


def _asset(name: str) -> str:
    return (files("results") / "report" / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """As a content security policy names an element's content."""
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
