import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from nas.cli import COMMANDS, main
from nas.compose import TASKS
from nas.plugins import find_plugin, takes

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


def test_the_table_of_tasks_has_their_names_options_and_defaults() -> None:
    text = (ROOT / "docs" / "proxy.md").read_text("utf-8")
    lines = text.partition("| `--task.name` |")[2].partition("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    written = {
        name.strip("`"): tomllib.loads("\n".join(re.findall(r"`(\w+ = [^`]+)`", options)))
        for name, _, options in rows
        if ":" not in name
    }
    coded = {name: takes(find_plugin("task", name, TASKS), ()) for name in TASKS}
    coded["detection"] = {}  # of a config it takes sections, no options
    assert written == coded


def test_the_help_of_a_search_names_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["search", "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert f"{', '.join(sorted(TASKS))} or package.module:Class" in words
    assert "--task.options.NAME V an option of the task: docs/proxy.md" in words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    paths = re.findall(r"`((?:\w+/)+\w+\.(?:py|toml|md))`", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [path for path in paths if not (ROOT / path).exists()]
    assert not missing
