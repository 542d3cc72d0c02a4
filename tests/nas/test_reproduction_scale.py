"""What a file of a scale may hold, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from nas.reproduction import Reproduction
from nas.reproduction_scale import load_scale, scale_names
from tests.nas.reproductions import reproduce, write_scale, written_scale

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scale(tmp_path_factory.mktemp("scale") / "tiny.toml")


def test_the_scale_of_the_docs_is_whole(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(written_scale(ROOT / "docs/reproduction.md"), "utf-8")
    found = Reproduction(tmp_path / "run", load_scale(str(mine)), {})
    assert found.config.fidelity.steps == 50
    assert found.config.data.scenes_train == 500


def test_of_those_that_come_along_only_smoke_has_a_caveat() -> None:
    said = {name: load_scale(name).caveat for name in scale_names()}
    assert [name for name, text in said.items() if text] == ["smoke"]
    assert "means nothing" in said["smoke"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [("20", '"20"'), ("0.5", '"0.5"'), ("true", '"true"'), ("[5, 10]", '"[5, 10]"')],
)
def test_a_value_means_what_its_text_means(written: str, typed: str, tmp_path: Path) -> None:
    found = []
    for name, value in (("a", written), ("b", typed)):
        config = f'\n"task.name" = "analytic"\n"task.options.some" = {value}\n'
        file = write_scale(tmp_path / f"{name}.toml", config)
        found.append(Reproduction(tmp_path, load_scale(str(file)), {}))
    assert found[0].scale == found[1].scale
    assert found[0].config == found[1].config
    assert type(found[0].config.task.options["some"]) is not str


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seeds = 0", "seeds is 0"),
        ("seeds = 2\nnonsense = 1", "unknown setting 'nonsense': there is preset, controller, s"),
        ("seed = 2", "unknown setting 'seed': did you mean 'seeds'?"),
        ("seeds = 2\n[serach_config]", "did you mean 'search_config'?"),
        ("seeds = 2\n[final]\nrecip = 'a'", "unknown setting 'final.recip': did you mean 'recipe'"),
        ("seeds = 2\nmargin = 0.0", "margin is 0.0"),
        ("seeds = 2\nmargin = nan", "margin is nan"),
        ("seeds = 2\nmargin = true", "margin is True"),
        ("seeds = true", "seeds is True"),
        ("seeds = '2'", "seeds is '2'"),
        ("seeds = [", "is not TOML"),
        (f"seeds = {'[' * 5000}", "is nested too deeply"),
        ("", "seeds missing"),
    ],
)
def test_a_wrong_scale_is_one_line(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scale = write_scale(tmp_path / "mine.toml")
    scale.write_text(scale.read_text("utf-8").replace("seeds = 2\nmargin = 0.02", text), "utf-8")
    assert reproduce(tmp_path / "mine.toml", tmp_path / "run") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("table", "field", "said"),
    [
        ("config", '"search.seed" = "-1"', "mine.toml: search.seed is -1"),
        ("config", '"serach.seed" = "1"', "mine.toml: unknown setting 'serach.seed'"),
        ("config", '"search.seed" = -1', "mine.toml: search.seed is -1"),
        ("config", "search.seed = 1", "config: it has the table 'search': name a field whole and"),
        ("config", '"data.seed" = 2020-01-01', "give a number, a text, true, false or a list of"),
        ("config", '"search.trials" = 9', "config: it has search.trials, and `trials` of"),
        ("config", '"search.trials" = "9"', "config: it has search.trials, and `trials` of"),
        ("search_config", '"controller.name" = "local"', "has controller.name, and `controller`"),
        ("search_config", '"search.warm_start" = "[3]"', "its searches are from scratch"),
        ("search_config", '"search.trails" = "9"', "did you mean 'search.trials'?"),
    ],
)
def test_a_wrong_field_of_a_scale_is_blamed_on_its_file(
    table: str,
    field: str,
    said: str,
    scale: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine, head = tmp_path / "mine.toml", "" if table == "config" else f"[{table}]\n"
    mine.write_text(f"{scale.read_text('utf-8')}{head}{field}\n", "utf-8")
    assert reproduce(mine, tmp_path / "run") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line and "command line" not in line


def test_a_search_of_fewer_networks_than_a_race_takes_is_no_budget(
    scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = tmp_path / "short.toml"
    short.write_text(scale.read_text("utf-8").replace("trials = 6", "trials = 2"), "utf-8")
    assert reproduce(short, tmp_path / "run") == 2
    assert "search.trials is 2" in capsys.readouterr().err


def test_an_unknown_scale_names_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reproduce(Path("minni"), tmp_path) == 2
    assert "did you mean 'mini'? (a scale is one of full, mini, smoke" in capsys.readouterr().err
