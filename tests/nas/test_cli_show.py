import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nas.cli import main
from search_space import PUBLISHED, SPINENET_49, to_json
from search_space.block_specs import from_json


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("file_format", ["text", "svg", "dot", "json"])
def test_every_published_network_is_shown_in_every_format(
    name: str, file_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", name, "--format", file_format]) == 0
    shown = capsys.readouterr().out
    if file_format == "json":
        assert from_json(shown) == PUBLISHED[name]
    if file_format == "svg":
        assert ElementTree.fromstring(shown).tag.endswith("svg")
    assert shown.count("\n") > len(PUBLISHED[name].blocks)


def test_the_help_lists_the_published_names(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["show", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert ", ".join(PUBLISHED) in shown


def test_a_difference_is_told_under_both_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "spinenet-49", "--against", "r0-sp53"]) == 0
    head = capsys.readouterr().out.splitlines()[:2]
    assert head[0].startswith("A  spinenet-49")
    assert head[1].startswith("B  r0-sp53")


def test_a_network_against_its_own_file_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.json"
    file.write_text(to_json(SPINENET_49))
    assert main(["show", str(file), "--against", "spinenet-49"]) == 0
    assert "the same network, block for block" in capsys.readouterr().out


def test_a_difference_as_svg_is_one_picture(tmp_path: Path) -> None:
    file = tmp_path / "difference.svg"
    words = ["show", "spinenet-49", "--against", "r23-sp30", "--format", "svg"]
    assert main([*words, "--output", str(file)]) == 0
    assert ElementTree.parse(file).getroot().tag.endswith("svg")
    assert "r23-sp30" in file.read_text("utf-8")


def test_a_difference_as_json_names_both(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["show", "spinenet-49", "--against", "spinenet-mobile", "--format", "json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["first"]["name"], found["second"]["name"]) == ("spinenet-49", "spinenet-mobile")
    assert found["same_network"] is False


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "r0-sp53", "--against", "spinenet-49", "--format", "dot"], "text, svg, json"),
        (["show", "r0-sp53", "--against", "spinenet-48"], "did you mean 'spinenet-49'?"),
        (["show", "r0-sp53", "--against"], "expected one argument"),
    ],
)
def test_a_mistake_about_the_other_ends_in_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert shown.err.count("\n") == 1


def test_a_difference_needs_neither_torch_nor_ray() -> None:
    words = ["show", "r0-sp53", "--against", "spinenet-49", "--format", "svg"]
    code = f"from nas.cli import main; main({words}); import sys; print('MODULES', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "ray"} & set(done.stdout.partition("MODULES")[2].split())


@pytest.mark.parametrize("file_format", ["text", "svg", "json"])
def test_a_name_that_is_no_text_can_be_drawn(file_format: str, tmp_path: Path) -> None:
    file, drawing = os.fsdecode(bytes(tmp_path) + b"/\xff\x01.json"), tmp_path / "drawing"
    Path(file).write_text(to_json(SPINENET_49))
    words = ["--against", file, "--format", file_format, "--output", str(drawing)]
    assert main(["show", "r0-sp53", *words]) == 0
    shown = drawing.read_text("utf-8")
    if file_format == "svg":
        assert ElementTree.fromstring(shown).tag.endswith("svg")
