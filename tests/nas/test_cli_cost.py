import json
import os
from pathlib import Path

import pytest

from nas.cli import main
from search_space import SPINENET_49, to_json


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert main(["cost", *words, "--format", "json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_the_published_rows_hold_both_readings_of_49s(capsys: pytest.CaptureFixture[str]) -> None:
    found = {row["model"]: row for row in rows(capsys, "--published")}
    assert found["spinenet-49s"]["params"] == 11_265_942
    assert found["spinenet-49s-256"]["params"] == 11_944_598
    assert found["spinenet-49s"]["published_params"] == 11_900_000
    assert found["spinenet-49s-256"]["published_madds"] == 33_800_000_000


@pytest.mark.parametrize("network", ["backbone", "retinanet", "mask-rcnn", "classifier"])
def test_every_published_network_has_rows(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "--published", "--model", network)
    assert {"spinenet-49", "spinenet-96", "spinenet-190"} <= {str(row["model"]) for row in found}
    assert all(row["network"] == network for row in found)


def test_a_file_costs_what_the_published_architecture_in_it_costs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(to_json(SPINENET_49))
    mine, published = (rows(capsys, name)[0] for name in (str(path), "spinenet-49"))
    assert (mine["params"], mine["madds"]) == (published["params"], published["madds"])
    assert mine["published_params"] == published["published_params"] == 28_500_000


@pytest.mark.parametrize(
    ("network", "size"), [("retinanet", 1280), ("mask-rcnn", 1536), ("classifier", 224)]
)
def test_a_model_is_counted_at_the_size_that_it_was_published_at(
    network: str, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = rows(capsys, "spinenet-190", "--model", network)
    assert row["size"] == size
    assert row["published_madds"]


def test_another_size_and_width_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = rows(
        capsys, "r0-sp53", "--size", "256x512", "--model-size", "spinenet-96", "--model", "backbone"
    )
    assert row["size"] == [256, 512]
    assert row["params"] > 25_000_000  # type: ignore[operator]


def test_the_table_shows_ours_the_published_and_the_difference(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cost", "spinenet-49"]) == 0
    table = capsys.readouterr().out
    for text in ("28.543", "28.5", "85.282", "85.414", "85.4", "-0.14 %", "+0.02 %"):
        assert text in table


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name one architecture, or give --published"),
        (["spinenet-49", "--published"], "name one architecture, or give --published"),
        (["spinenet-49", "--size", "0"], "--size 0"),
        (["spinenet-49", "--size", "640x"], "--size 640x"),
        (["spinenet-49", "--model-size", "spinenet-94"], "did you mean 'spinenet-96'"),
        (["resnet-50-fpn", "--model-size", "spinenet-96"], "leave --model-size out"),
        (["--published", "--model-size", "spinenet-96"], "--model-size"),
        (["spinet-49"], "did you mean"),
    ],
)
def test_a_mistake_ends_in_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cost", *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_size_of_a_network_is_no_other_network_to_draw_or_train(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Widths are the config's there: spinenet-96 would silently be spinenet-49."""
    for words in (["show", "spinenet-96"], ["evaluate", "spinenet-96", "smoke"]):
        assert main(words) == 2
        assert "spinenet-96 is spinenet-49 at widths of its own" in capsys.readouterr().err


def test_the_row_says_whose_widths_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert rows(capsys, "spinenet-mobile")[0]["model_size"] == "spinenet-mobile-49"
    assert rows(capsys, "r0-sp53", "--model-size", "spinenet-96")[0]["model_size"] == "spinenet-96"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[x].json", "[x].json"),
        ("[red]x.json", "[red]x.json"),
        ("a\x1bb.json", "a\\x1bb.json"),
        (os.fsdecode(b"\xff.json"), "\\udcff.json"),
    ],
)
def test_a_file_is_called_what_it_is_called(
    name: str,
    shown: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Brackets are no markup, and no byte of a name reaches the terminal as a command."""
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(to_json(SPINENET_49))
    assert main(["cost", name]) == main(["cost", name, "--output", "table"]) == 0
    assert shown in capsys.readouterr().out and shown in Path("table").read_text()


def test_a_name_may_look_like_the_end_of_a_style(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("[").mkdir()
    Path("[/x].json").write_text(to_json(SPINENET_49))
    assert main(["cost", "[/x].json"]) == 0
    assert "[/x].json" in capsys.readouterr().out
