"""Reproductions that take seconds: scales of a few trials."""

import re
from pathlib import Path

from nas.cli import main

BUDGETS = """
[search]
trials = 6
rerank = 3
rerank_within = 2
[orders]
trials = 3
rerank = 1
[moved]
trials = 3
rerank = 1
"""
ANALYTIC = """
"search.pump" = "local"
"task.name" = "analytic"
"task.options.noise" = "0.02"
"""


def write_scale(
    path: Path, config: str = ANALYTIC, preset: str = "smoke", controller: str = "evolution"
) -> Path:
    head = f'preset = "{preset}"\ncontroller = "{controller}"\nseeds = 2\nmargin = 0.02\n'
    path.write_text(f"{head}{BUDGETS}[config]{config}", "utf-8")
    return path


def written_scale(page: Path) -> str:
    """The scale that a page of docs shows."""
    (block,) = re.findall(
        r"^```toml\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return str(block)


def reproduce(scale: Path, directory: Path, *more: str) -> int:
    words = ["reproduce", "spinenet-49", "--scale", str(scale), "--run-dir", str(directory)]
    return main([*words, *more])
