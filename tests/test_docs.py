import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nas.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
# Pages with Python, and how many blocks they have at least.
EXAMPLES = {
    "README.md": 2,
    "backbone.md": 9,
    "detectors.md": 4,
    "leaderboard.md": 1,
    "spinebench.md": 2,
    "tracking.md": 1,
    "training.md": 1,
}
# Each block on its own, as if it were alone in a file; one process a page, for torch starts slowly.
RUN_EACH = """
import contextlib, io, runpy, sys
for file in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(file)
    assert printed.getvalue(), f"{file} prints nothing"
"""


def python_blocks(page: Path) -> list[str]:
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    assert len(blocks) == text.count("```py")
    return blocks


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_python_example_of_a_page_runs_and_prints(page: Path, tmp_path: Path) -> None:
    blocks = python_blocks(page)
    assert len(blocks) >= EXAMPLES.get(page.name, 0)
    if not blocks:
        return
    files = [f"{page.stem}_{number}.py" for number in range(len(blocks))]
    for file, block in zip(files, blocks, strict=True):
        (tmp_path / file).write_text(block, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN_EACH, *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr


def test_the_pages_with_examples_are_there() -> None:
    assert EXAMPLES.keys() <= {page.name for page in PAGES}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"nas {command} " in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    paths = re.findall(r"`((?:\w+/)+\w+\.(?:py|toml|md))`", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists()]
    assert not missing
