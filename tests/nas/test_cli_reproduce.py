import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.cli import main
from nas.cli_search import FAILED
from proxy_tasks.analytic_task import AnalyticTask
from results import TrialStore
from search_space import Architecture
from tests.nas.reproductions import ANALYTIC, reproduce, write_scale

LIKE_SEARCH = ["--pump", "local", "--task.name", "analytic", "--task.options.noise", "0.02"]
INTERRUPTED = 130


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scale(tmp_path_factory.mktemp("scale") / "tiny.toml")


@pytest.fixture(scope="module")
def whole(scale: Path) -> Path:
    """A reproduction that nothing stopped."""
    directory = scale.parent / "whole"
    assert reproduce(scale, directory) == 0
    return directory


def keys(directory: Path) -> list[tuple[str, int]]:
    with TrialStore.open_read_only(directory) as store:
        return [(trial.key, trial.seed) for trial in store.trials()]


def counting(monkeypatch: pytest.MonkeyPatch, stop: Callable[[int], bool]) -> list[int]:
    """How many candidates are evaluated from now on; the ones that `stop` picks interrupt."""
    calls: list[int] = []
    evaluate = AnalyticTask.evaluate

    def counted(self: AnalyticTask, architecture: Architecture, seed: int) -> dict[str, float]:
        calls.append(seed)
        if stop(len(calls)):
            raise KeyboardInterrupt
        return evaluate(self, architecture, seed)

    monkeypatch.setattr(AnalyticTask, "evaluate", counted)
    return calls


def test_it_ends_with_the_eight_claims_in_three_files(whole: Path) -> None:
    document = json.loads((whole / "claims.json").read_text("utf-8"))
    claims = document["claims"]
    assert document["scale"]["margin"] == claims[0]["steps"][0]["margin"] == 0.02
    assert [claim["number"] for claim in claims] == list(range(1, 9))
    table = (whole / "claims.md").read_text("utf-8")
    assert "nothing is corrected between the eight claims" in table
    assert "another seed of a search may choose otherwise" in table
    assert all(f"| {number} |" in table for number in range(1, 9))
    assert b"</html>" in (whole / "report.html").read_bytes()


def test_the_caveat_of_a_scale_stands_above_its_table_wherever_that_is_shown(
    whole: Path, scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(whole, tmp_path / "run")
    mine = tmp_path / "mine.toml"
    mine.write_text('caveat = "It learns\\n nothing."\n' + scale.read_text("utf-8"), "utf-8")
    assert reproduce(mine, tmp_path / "run") == 0
    shown = capsys.readouterr().out
    assert shown.index("It learns nothing.") < shown.index("claim ")
    table = (tmp_path / "run/claims.md").read_text("utf-8")
    assert table.startswith("**It learns nothing.**\n\n")
    assert table.endswith((whole / "claims.md").read_text("utf-8"))
    document = json.loads((tmp_path / "run/claims.json").read_text("utf-8"))
    assert document["scale"]["caveat"] == "It learns nothing."
    assert b'"caveat":"It learns nothing."' in (tmp_path / "run/report.html").read_bytes()


def test_what_no_detector_was_trained_for_is_not_said_to_be_measured_on_pictures(
    whole: Path,
) -> None:
    head = (whole / "claims.md").read_text("utf-8").splitlines()[0]
    assert head.startswith("SpineNet-49 by the task `analytic`, preset `smoke`: ")
    assert "Measured: what the task `analytic` gives as AP; it trains no detector." in head
    assert "split" not in head and "scenes" not in head


def test_every_compared_network_has_all_seeds_and_no_other_networks_seeds(whole: Path) -> None:
    trained = keys(whole / "networks")
    seeds = {seed for _, seed in trained}
    assert len(seeds) == 2
    assert len(trained) == len({key for key, _ in trained}) * 2
    assert seeds.isdisjoint(seed for name in ("search", "random") for _, seed in keys(whole / name))


def test_the_same_command_trains_nothing_and_says_the_same(
    whole: Path,
    scale: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = (whole / "claims.json").read_text("utf-8")
    calls = counting(monkeypatch, lambda _: False)
    capsys.readouterr()
    assert reproduce(scale, whole, "--format", "json") == 0
    assert not calls
    assert capsys.readouterr().out == before == (whole / "claims.json").read_text("utf-8")


def test_where_every_training_fails_it_exits_as_a_search_does(
    scale: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(self: AnalyticTask, architecture: Architecture, seed: int) -> dict[str, float]:
        raise RuntimeError("no such device")

    monkeypatch.setattr(AnalyticTask, "evaluate", broken)
    assert reproduce(scale, tmp_path / "run") == FAILED
    said = capsys.readouterr().err
    assert "nothing could be measured: nas leaderboard" in said
    monkeypatch.undo()
    assert main(["leaderboard", str(tmp_path / "run" / "networks")]) == 0
    assert "no such device" in capsys.readouterr().out


def test_stopped_again_and_again_it_comes_to_the_same_claims(
    whole: Path, scale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every 29th evaluation: in networks, searches, races and choices."""
    counting(monkeypatch, lambda call: call % 29 == 0)
    codes = [reproduce(scale, tmp_path / "run")]
    while codes[-1] == INTERRUPTED:
        codes.append(reproduce(scale, tmp_path / "run"))
    assert codes[-1] == 0
    assert len(codes) > 2
    for name in ("claims.json", "claims.md"):
        assert (tmp_path / "run" / name).read_bytes() == (whole / name).read_bytes()


def test_searches_that_are_brought_along_are_gone_on_with(
    whole: Path, scale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `nas search` makes them: so no network was shown to the controller either."""
    for name, controller in (("search", "evolution"), ("random", "random")):
        words = ["--run-dir", str(tmp_path / "run" / name), "--controller", controller]
        assert main(["search", "smoke", *LIKE_SEARCH, "--trials", "6", *words]) == 0
    calls = counting(monkeypatch, lambda _: False)
    assert reproduce(scale, tmp_path / "run") == 0
    assert (tmp_path / "run/claims.json").read_bytes() == (whole / "claims.json").read_bytes()
    parts = [part.parent for part in whole.rglob("run.sqlite")]
    assert len(calls) == sum(len(keys(part)) for part in parts) - 12


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--trials", "9"], "has 9 candidates, and this scale 6"),
        (["--trials", "6", "--seed", "1"], "begun with search.seed 1, not 0"),
        (["--trials", "6", "--controller", "local"], "begun with controller.name local"),
    ],
)
def test_another_search_in_its_place_is_refused(
    more: list[str], said: str, scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--run-dir", str(tmp_path / "search"), *more]
    assert main(["search", "smoke", *LIKE_SEARCH, *words]) == 0
    capsys.readouterr()
    assert reproduce(scale, tmp_path) == 2
    assert said in capsys.readouterr().err


def test_claims_that_cannot_be_written_are_one_line_that_names_them(
    scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "run/claims.md"
    table.mkdir(parents=True)
    assert reproduce(scale, tmp_path / "run", "--plan") == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"nas: {table} cannot be written (")
    assert said.endswith("mend that, then type the same command again")


def test_the_config_of_a_part_is_not_said_to_be_a_search(whole: Path) -> None:
    heads = {
        name: (whole / name / "config.toml").read_text("utf-8").splitlines()[0]
        for name in ("search", "networks", "search/rerank")
    }
    assert heads["search"].endswith(f"`nas search {whole}/search/config.toml` repeats it.")
    assert (
        heads["networks"] == heads["search/rerank"] == "# The effective config of these trainings."
    )


def test_the_plan_costs_one_training(
    scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reproduce(scale, tmp_path / "run", "--plan") == 0
    said = capsys.readouterr().err
    assert [run.parent.name for run in (tmp_path / "run").rglob("run.sqlite")] == ["networks"]
    assert len(keys(tmp_path / "run/networks")) == 1
    assert "one candidate: " in said
    assert "all that is left: " in said


@pytest.mark.parametrize(
    "option",
    [
        ("--controller.name", "local"),
        ("--halving.rungs", "[0.5]"),
        ("--evaluation.at_steps", "[2]"),
    ],
)
def test_what_a_scale_decides_is_no_option(
    option: tuple[str, str], scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    table = '[search_config]\n"evaluation.at_steps" = "[1, 2]"\n'
    mine.write_text(scale.read_text("utf-8") + table, "utf-8")
    assert reproduce(mine, tmp_path / "run", *option) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{option[0]}: a scale decides that" in line
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"evolution"', '"evolutoin"', "did you mean 'evolution'?"),
        (
            "[config]",
            '[controller_options]\nfoo = "1"\n[config]',
            "controller.options.foo: controller 'evolution' has no such option",
        ),
        ("[config]", '[config]\n"search.objective" = "x"', "no objective 'x'"),
        ("[config]", '[config]\n"halving.rungs" = "[0.5]"', "halving.rungs is [0.5]"),
    ],
)
def test_a_search_that_cannot_be_made_shows_before_anything_is_trained(
    old: str,
    new: str,
    said: str,
    scale: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(scale.read_text("utf-8").replace(old, new), "utf-8")
    assert reproduce(mine, tmp_path / "run") == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_a_folder_in_a_searchs_place_shows_before_anything_is_trained(
    scale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run/random").mkdir(parents=True)
    (tmp_path / "run/random/mine.txt").write_text("mine", "utf-8")
    assert reproduce(scale, tmp_path / "run") == 2
    assert "random exists already" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["random"]


def test_the_compared_networks_are_no_search(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resume", str(whole / "networks")]) == 2
    assert "that command, typed again, goes on" in capsys.readouterr().err


def test_other_settings_than_it_began_with_are_refused(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_scale(tmp_path / "other.toml", ANALYTIC.replace("0.02", "0.03"))
    assert reproduce(other, whole) == 2
    assert "was begun with task.options {'noise': 0.02}" in capsys.readouterr().err
