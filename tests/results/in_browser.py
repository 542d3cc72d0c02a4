"""Debian's chromium, for tests of a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
if CHROMIUM is not None and os.environ.get("CI") == "true":
    # Skipped there, nobody would see it: the extra [dev] has it.
    from playwright import sync_api as playwright
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")


needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium: `make browser` installs it"
)


@contextmanager
def launched() -> Iterator[Any]:
    """The browser, without a window."""
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


def shown(browser: Any, address: str, **look: Any) -> Any:
    """A page that is ready; `complaints` of it fill while it is open."""
    page = browser.new_page(**({"viewport": {"width": 1200, "height": 900}} | look))
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_selector(".trials tbody th")
    return page
