"""Mistakes that fuzzing found (tests/fuzz): each ends in one clear line now."""

import os
from pathlib import Path

import pytest

from nas.cli import main
from nas.config_source import check_config, load_config, load_space_section
from nas.errors import UsageError, error_line

WHOLE = Path(__file__).parents[2] / "nas" / "presets" / "smoke.toml"


def written(folder: Path, *lines: str) -> str:
    path = folder / "config.toml"
    path.write_text("\n".join([WHOLE.read_text("utf-8"), *lines]), "utf-8")
    return str(path)


def test_a_pipe_as_a_config_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(UsageError, match="is no file"):
        load_config(str(tmp_path / "config.toml"), {})


@pytest.mark.parametrize(
    "lines",
    [("[controller.options.deep]", "x = 0x" + "f" * 4000), ("[space]", "window = 0x" + "f" * 5000)],
)
def test_a_number_that_python_cannot_print_is_refused(tmp_path: Path, lines: tuple[str]) -> None:
    with pytest.raises(UsageError, match=r"64 bits|huge"):
        load_config(written(tmp_path, *lines), {})


def test_a_long_value_is_quoted_in_short(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"space\.window is") as refused:
        load_config(written(tmp_path, "[space]", f'window = "{"a" * 50_000}"'), {})
    assert len(str(refused.value)) < 300


def test_a_long_name_is_quoted_in_short(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown setting") as refused:
        load_config(written(tmp_path, "[space]", "a" * 50_000 + " = 1"), {})
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("name", ["data.train", "controller.options.x"])
def test_text_that_no_config_can_hold_is_refused_before_a_run_is_made(name: str) -> None:
    with pytest.raises(UsageError, match=f"command line: '{name}' has the character"):
        load_config("smoke", {name: "a\udcff"})


def test_a_null_among_options_is_refused() -> None:
    document = load_config("smoke", {}).as_dict()
    document["controller"]["options"] = {"x": [None]}
    with pytest.raises(UsageError, match=r"'controller\.options\.x' has a null"):
        check_config(document, "config")


def test_a_space_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    path.write_text("\n".join(f"[{'.'.join('a' * depth)}]" for depth in (900, 990)))
    with pytest.raises(UsageError):
        load_space_section(str(path))


def test_an_option_without_a_value_is_no_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Python 3.11 takes `--seed=--` for an empty list."""
    assert main(["space", "tiny", "--seed=--"]) in (0, 2)
    assert main(["space", "tiny", "--seed=--"]) == 2
    assert "--seed" in capsys.readouterr().err


def test_a_nul_in_the_name_of_an_output_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "spinenet-49", "--output", "a\0b"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_message_is_one_printable_line_of_bounded_length() -> None:
    line = error_line(ValueError("a\n\x1b[31m" + "b" * 100_000))
    assert line.startswith(r"a \x1b[31mbbb")
    assert len(line) <= 2000


def test_a_plug_ins_huge_options_are_quoted_in_short() -> None:
    huge = "[" + "1, " * 20_000 + "1]"
    with pytest.raises(UsageError, match="with options") as refused:
        from nas.compose import make_parts

        make_parts(load_config("smoke", {"task.name": "landscape", "task.options.family": huge}))
    assert len(str(refused.value)) < 500
