"""What a directory is called steers neither the screen nor what is written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nas.cli import main
from tests.nas.analytic_runs import FAST, search, trials


@pytest.mark.parametrize("name", ["a[/x]b", "[red]z", "my run", "-dash", "ü漢"])
def test_the_commands_to_type_next_name_the_run_as_a_shell_needs_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["search", *FAST, "--trials", "3", f"--run-dir={name}"]) == 0
    said = capsys.readouterr().out
    assert f"run directory: {name}\n" in said
    next_command = said.splitlines()[-1]
    script = f'set -- {next_command}; printf %s "$3"'
    told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert Path(told) == Path(name)
    assert not told.startswith("-")


def test_a_config_is_not_written_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    assert search(tmp_path / "run", "--trials", "2") == 0
    (tmp_path / "run" / "config.draft").symlink_to(victim)
    assert main(["resume", str(tmp_path / "run"), "--trials", "3"]) == 0
    assert victim.read_text() == "precious"
    assert not (tmp_path / "run" / "config.toml").is_symlink()


def test_a_search_goes_on_without_its_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = ["search", *FAST, "--trials", "5", "--run-dir", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, "-m", "nas.cli", *words], stdout=writer, stderr=subprocess.PIPE, text=True
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(trials(tmp_path / "run", capsys)) == 5


def test_a_name_that_the_terminal_cannot_spell_is_escaped(tmp_path: Path) -> None:
    words = ["search", *FAST, "--trials", "2", "--run-dir", str(tmp_path / "漢")]
    done = subprocess.run(
        [sys.executable, "-m", "nas.cli", *words],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u6f22" in done.stdout


def test_a_refused_address_leaves_the_budget_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert search(run, "--trials", "2") == 0
    before = (run / "config.toml").read_bytes()
    assert main(["resume", str(run), "--trials", "3", "--address", "nowhere"]) == 2
    assert (run / "config.toml").read_bytes() == before
    assert main(["resume", str(run)]) == 0
    assert len(trials(run, capsys)) == 2


@pytest.mark.parametrize("name", ["two\nlines", os.fsdecode(b"caf\xe9")], ids=["newline", "latin"])
def test_a_config_can_be_repeated_whatever_its_directory_was_renamed_to(
    name: str, tmp_path: Path
) -> None:
    assert search(tmp_path / "run", "--trials", "2") == 0
    (tmp_path / "run").rename(tmp_path / name)
    assert main(["resume", str(tmp_path / name), "--trials", "3"]) == 0
    config = str(tmp_path / name / "config.toml")
    assert main(["search", config, "--run-dir", str(tmp_path / "again")]) == 0
