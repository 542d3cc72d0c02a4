from pathlib import Path

import pytest

from nas.cli import main
from nas.export_summary import describe_export, name_levels
from search_space.block_specs import to_json
from tests.proxy_tasks.trained import SMALL


def export(file_format: str, *more: str) -> int:
    return main(["export", "small.json", "--format", file_format, *more])


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.json").write_text(to_json(SMALL))


@pytest.mark.parametrize(
    ("levels", "words"),
    [([3], "p3"), ([3, 4], "p3 and p4"), ([3, 4, 5], "p3 to p5"), ([2, 3, 5], "p2, p3 and p5")],
)
def test_levels_are_named_by_their_ends_only_where_none_is_missing(
    levels: list[int], words: str
) -> None:
    assert name_levels(levels) == words


@pytest.mark.parametrize(
    ("size", "words"), [(999, "999 bytes"), (1000, "1.0 kB"), (62_540_000, "62.5 MB")]
)
def test_a_size_has_the_unit_that_fits(size: int, words: str) -> None:
    assert describe_export("f", size, ["onnx"]) == f"f: {words}, onnx"


def test_a_written_onnx_file_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert export("onnx", "--output", "m.onnx", "--size", "64x96") == 0
    megabytes = Path("m.onnx").stat().st_size / 1e6
    wanted = f"{megabytes:.1f} MB, onnx, images 64x96, p3 and p4, initial weights of seed 0"
    assert capsys.readouterr() == (f"m.onnx: {wanted}\n", "")


def test_weights_are_told_by_their_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert export("safetensors", "--output", "w", "--seed", "3") == 0
    assert export("safetensors", "--output", "again", "--weights", "w") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("safetensors, p3 and p4, initial weights of seed 3")
    assert second.endswith("safetensors, p3 and p4, weights of w")


def test_block_specs_are_told_only_where_they_are_written_to_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert export("block-specs") == 0
    specs = capsys.readouterr().out
    assert export("block-specs", "--output", "best.json") == 0
    assert Path("best.json").read_text() == specs
    told = f"best.json: {len(specs)} bytes, block-specs, 5 blocks\n"
    assert capsys.readouterr().out == told
