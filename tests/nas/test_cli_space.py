import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nas.cli import main
from nas.config import Config
from nas.config_source import check_config, load_config
from nas.errors import UsageError
from nas.run_directory import open_run
from nas.space_source import make_space
from search_space import InvalidSpace, SpineNetSpace
from search_space.space_presets import SPACES

ANALYTIC = ["search", "smoke", "--pump", "local", "--task.name", "analytic", "--trials", "2"]


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["space", *words]) == 0
    return capsys.readouterr().out


def space_of(**changes: str) -> SpineNetSpace:
    return make_space(load_config("quick", {f"space.{k}": v for k, v in changes.items()}))


def test_json_holds_the_exact_counts_and_every_decision(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = json.loads(shown(capsys, "vertex-spinenet", "--format", "json", "--samples", "10"))
    space = SPACES["vertex-spinenet"]
    assert (document["size"], document["naive_size"]) == (space.size, space.naive_size)
    assert document["redundancy"] == pytest.approx(229_950, abs=1)
    assert document["decisions"] == [
        {"name": decision.name, "choices": list(decision.choices)} for decision in space.decisions
    ]
    assert (document["blocks"], document["window"], document["stem_levels"]) == (16, 4, [2, 2])


def test_json_says_what_samples_of_the_space_are_like(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(shown(capsys, "r0-sp53", "--format", "json", "--samples", "300"))
    assert document["members"] == ["r0-sp53"]
    assert document["samples"] == 300
    assert 0 < document["share_dead_or_unattached"] < 0.3  # 0.12; above by chance below 1e-15
    assert 0 < document["share_standard_error"] < 0.03
    assert 0.8 < document["mean_dangling_blocks"] < 1.6


@pytest.mark.parametrize("name", SPACES)
def test_every_space_can_be_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, name, "--samples", "5")
    assert str(SPACES[name].size) in text
    assert "type of block" in text


def test_a_fixed_order_is_shown_in_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "hourglass", "--samples", "5")
    assert "fixed: 2 3 3 3 4 4 4 4 4 5 7 6 5 4 3\n" in text


def test_samples_are_drawn_from_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("spinenet-49", "--samples", "50", "--seed")
    first, again, other = (shown(capsys, *words, seed) for seed in ("1", "1", "2"))
    assert first == again != other


def test_without_a_name_the_spaces_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    names = [line.split()[0] for line in shown(capsys).splitlines()[1:]]
    assert names == list(SPACES)
    rows = json.loads(shown(capsys, "--format", "json"))
    assert {row["preset"]: row["size"] for row in rows} == {n: s.size for n, s in SPACES.items()}


def test_what_is_shown_can_be_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "space.json"
    assert main(["space", "tiny", "--format", "json", "--output", str(file)]) == 0
    assert json.loads(file.read_text())["size"] == 576


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["spinnet-49"], "no space 'spinnet-49': did you mean 'spinenet-49'"),
        (["banana"], "`nas space` lists them"),
        (["tiny", "--samples", "1000001"], "1 to 1000000"),
        (["tiny", "--samples", "0"], "--samples 0: give a whole number, 1 to 1000000"),
        (["tiny", "--seed", "-1"], "--seed -1"),
    ],
)
def test_a_mistake_ends_in_one_line(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["space", *words]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_space_is_shown_without_torch() -> None:
    code = (
        "import sys; from nas.cli import main; main(['space', 'tiny', '--samples', '5']); "
        "sys.exit('torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == 0


@pytest.mark.parametrize("name", SPACES)
def test_a_config_names_its_space(name: str) -> None:
    assert space_of(preset=name) == SPACES[name]


def test_a_config_without_a_space_searches_the_papers() -> None:
    assert space_of() == SpineNetSpace()


def test_fields_change_the_preset() -> None:
    space = space_of(preset="r0-sp53", window="0", intermediates="{ 3 = 2 }", offsets="[0, 1]")
    assert space == SpineNetSpace({3: 2}, (0, 1), ("bottleneck",), window=None)


def test_an_empty_order_frees_a_fixed_one() -> None:
    assert space_of(preset="fish", level_order="[]") == SPACES["r0-sp53"]


def test_a_config_as_older_runs_stored_it_means_the_same_space() -> None:
    stored: dict[str, Any] = load_config("quick", {}).as_dict()
    stored["space"] = {
        "intermediates": {"2": 1, "3": 3, "4": 5, "5": 1},
        "offsets": [-1, 0, 1, 2],
        "block_fns": ["bottleneck", "residual"],
        "window": 5,
        "stem_levels": [2, 2],
        "output_levels": [3, 4, 5, 6, 7],
        "min_level": 1,
        "max_level": 7,
    }
    assert make_space(check_config(stored, "stored")) == SpineNetSpace()
    stored["space"] |= {"window": 0, "intermediates": {"3": 2}, "max_level": 5}
    wanted = SpineNetSpace({3: 2}, window=None, max_level=5)
    assert make_space(check_config(stored, "stored")) == wanted


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preset": "mobil"}, "no space 'mobil': did you mean 'mobile'"),
        ({"window": "true"}, "space.window"),
        ({"intermediates": "{ a = 1 }"}, "write numbers"),
        ({"preset": "mobile", "block_fns": "['bottleneck']"}, "stem levels"),
        ({"preset": "mobile", "block_fns": "['bottleneck', 'mbconv']"}, "mbconv alone"),
        ({"preset": "fish", "intermediates": "{ 3 = 2 }"}, "level_order"),
    ],
)
def test_a_space_that_cannot_be_is_refused_in_one_line(
    changes: dict[str, str], message: str
) -> None:
    with pytest.raises((UsageError, InvalidSpace), match=message) as caught:
        space_of(**changes)
    assert "\n" not in str(caught.value)


def searched_config(directory: Path) -> Config:
    store, config = open_run(directory)
    store.close()
    return config


@pytest.mark.parametrize("name", ["tiny-mobile", "hourglass"])
def test_a_search_takes_its_space_from_the_command_line(name: str, tmp_path: Path) -> None:
    directory = tmp_path / "run"
    assert main([*ANALYTIC, "--space", name, "--run-dir", str(directory)]) == 0
    assert make_space(searched_config(directory)) == SPACES[name]


def test_a_width_that_a_space_cannot_have_ends_a_search_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    words = ["search", "smoke", "--space", "mobile", "--fidelity.filter_scale", "0.1"]
    assert main([*words, "--run-dir", str(run), "--pump", "local"]) == 2
    assert "at least 0.125" in capsys.readouterr().err
    assert not run.exists()


def test_a_space_of_ones_own_is_described_from_a_file_or_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file may hold [space] alone; a run has its config."""
    text = '[space]\npreset = "tiny"\nlevel_order = [4, 3, 4]\n'
    own = tmp_path / "own.toml"
    own.write_text(text)
    (tmp_path / "config.toml").write_text(text)
    for source in (own, tmp_path):
        assert main(["space", str(source), "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["size"], found["level_order"]) == (144, [4, 3, 4])


def test_a_space_can_be_made_again_of_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["space", "vertex-mbconv", "--format", "json", "--samples", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    fields = {f.name: found[f.name] for f in dataclasses.fields(SpineNetSpace)}
    fields["intermediates"] = {int(v): n for v, n in fields["intermediates"].items()}
    assert SpineNetSpace(**fields) == SPACES["vertex-mbconv"]


def test_a_small_space_is_counted_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["space", "tiny"]) == 0
    assert "8.3% of all 576 members" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [("offsets", "0", "give a list"), ("intermediates", "3", "give a table")],
)
def test_a_field_of_the_wrong_kind_says_what_to_give(
    option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "smoke", f"--space.{option}", value]) == 2
    assert message in capsys.readouterr().err
