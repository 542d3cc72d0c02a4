"""With trainings of eight steps, on generated scenes."""

import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import nas.reproduction_finals
from nas.cli import main
from nas.reproduction import Reproduction
from nas.reproduction_finals import final_commands, final_work, train_finals
from nas.reproduction_plan import plan_lines
from nas.reproduction_scale import load_scale
from nas.reproduction_searches import run_search
from nas.train_run import train_run
from proxy_tasks.errors import Diverged
from results import Trial, beliefs
from search_space import SPINENET_49
from tests.nas.reproductions import ANALYTIC, reproduce, write_scale
from tests.nas.tiny_recipe import tiny_recipe

SCENES = """
"search.pump" = "local"
"fidelity.steps" = "2"
"data.scenes_train" = "12"
"data.scenes_reward" = "6"
"data.scenes_test" = "0"
"""


def write_final(folder: Path, recipe: str, config: str = SCENES) -> Path:
    scale = write_scale(folder / "scale.toml", config)
    final = f'[final]\nrecipe = "{recipe}"\nfinalists = 2\n'
    scale.write_text(scale.read_text("utf-8") + final, "utf-8")
    return scale


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Reproduction:
    folder = tmp_path_factory.mktemp("recipe")
    scale = load_scale(str(write_final(folder, tiny_recipe(folder))))
    found = Reproduction(folder / "run", scale, {})
    run_search(found.searches["search"], Console(quiet=True))
    return found


@pytest.fixture(scope="module")
def trained(searched: Reproduction, tmp_path_factory: pytest.TempPathFactory) -> Reproduction:
    found = copied(searched, tmp_path_factory.mktemp("trained"))
    train_finals(found, lambda _: None)
    return found


def copied(found: Reproduction, folder: Path) -> Reproduction:
    shutil.copytree(found.directory, folder / "run")
    return Reproduction(folder / "run", found.scale, {})


def ended(found: Reproduction) -> dict[str, int]:
    """When each training wrote its weights."""
    files = (found.directory / "final").glob("*/network.pt")
    return {file.parent.name: file.stat().st_mtime_ns for file in files}


def stopped_by(error: BaseException) -> Callable[..., object]:
    """A `train_run` that ends with this once, at the second training."""
    calls: list[object] = []

    def run(*given: Any, **named: Any) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise error
        return train_run(*given, **named)

    return run


def test_the_best_are_trained_beside_spinenet_49_and_the_baseline(trained: Reproduction) -> None:
    best = [f"search-{number}" for number in beliefs(trained.directory / "search")["trial"][:2]]
    assert set(ended(trained)) == {*best, "spinenet-49", "resnet-50-fpn"}


def test_what_is_trained_is_only_said_again(trained: Reproduction) -> None:
    before, said = ended(trained), list[str]()
    train_finals(trained, said.append)
    assert ended(trained) == before
    assert [line.partition(": AP ")[0] for line in said[-2:]] == ["spinenet-49", "resnet-50-fpn"]
    assert len(said) == 4


def test_a_finished_one_whose_metrics_are_lost_is_scored_again(
    trained: Reproduction, tmp_path: Path
) -> None:
    found, said = copied(trained, tmp_path), list[str]()
    (found.directory / "final/spinenet-49/metrics.jsonl").unlink()
    train_finals(found, said.append)
    assert sum(": AP " in line for line in said) == 4


def test_stopped_it_goes_on_with_what_is_left(
    searched: Reproduction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = copied(searched, tmp_path)
    monkeypatch.setattr(nas.reproduction_finals, "train_run", stopped_by(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        train_finals(found, lambda _: None)
    (first,) = ended(found).items()
    train_finals(found, lambda _: None)
    assert first in ended(found).items()
    assert len(ended(found)) == 4


def test_asked_for_an_end_in_the_middle_it_keeps_a_checkpoint_and_goes_on_behind_it(
    searched: Reproduction, tmp_path: Path
) -> None:
    found, said, calls = copied(searched, tmp_path), list[str](), list[int]()

    def asked() -> bool:
        calls.append(len(calls))
        return len(calls) >= 6

    @contextmanager
    def held() -> Iterator[Callable[[], bool]]:
        yield asked
        if len(calls) >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_finals(found, lambda _: None, held)
    assert not ended(found)
    train_finals(found, said.append)
    (went_on,) = [line for line in said if "going on behind step" in line]
    assert went_on.endswith("behind step 5 of 8")  # the recipe keeps those behind 3 and 6
    assert len(ended(found)) == 4


def test_one_that_diverges_does_not_keep_the_next_from_its_training(
    searched: Reproduction, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, said = copied(searched, tmp_path), list[str]()
    monkeypatch.setattr(nas.reproduction_finals, "train_run", stopped_by(Diverged("nan")))
    train_finals(found, said.append)
    assert len(ended(found)) == 3
    assert sum("no AP: nan" in line for line in said) == 1


def test_a_printed_command_goes_on_in_the_same_folder(
    trained: Reproduction, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in final_commands(trained):
        words = shlex.split(command)
        assert words[:5] == ["torchrun", "--nproc-per-node", "N", "-m", "nas.cli"]
        assert main(words[5:]) == 0
    assert capsys.readouterr().out.count("going on behind step 8 of 8") == 4


def test_the_plan_has_the_cost_that_nas_train_prints(
    searched: Reproduction, capsys: pytest.CaptureFixture[str]
) -> None:
    """In trainings of a candidate: 2 steps of 16 pictures, forward and backward."""
    recipe = searched.scale.final.recipe if searched.scale.final else ""
    printed = []
    for name in ("spinenet-49", "resnet-50-fpn"):
        assert main(["train", name, "--recipe", recipe, "--plan"]) == 0
        (line,) = [one for one in capsys.readouterr().out.splitlines() if one[:5] == "cost:"]
        printed.append(float(line.split()[1]))
    fidelity = searched.config.fidelity
    candidate = 3 * fidelity.steps * fidelity.batch_size * searched.limit
    work = [share * candidate for share in final_work(searched)]
    assert work[-2:] == pytest.approx(printed, rel=0.01)  # of three digits
    unsearched = Reproduction(searched.directory / "nowhere", searched.scale, {})
    assert len(final_work(unsearched)) == len(work) == 4


def test_the_plan_adds_the_full_trainings_to_what_workers_share(searched: Reproduction) -> None:
    """At an hour a candidate: so many hours as trainings, in one line more."""
    network = Trial(
        number=0,
        genotype=None,
        architecture=SPINENET_49,
        fidelity="{}",
        seed=0,
        started=0.0,
        metrics={"seconds": 3600.0},
    )
    without = Reproduction(
        searched.directory, searched.scale.model_copy(update={"final": None}), {}
    )
    lines, fewer = plan_lines(searched, network), plan_lines(without, network)
    assert lines[-2] == fewer[-1]
    hours = sum(final_work(searched))
    said = f"{hours / 24:,.1f} days" if hours >= 48 else f"{hours:,.1f} hours"
    assert lines[-1].endswith(f": {said} one after another at that speed")


@pytest.mark.parametrize(
    ("recipe", "config", "said"),
    [
        ("retinanet-a", SCENES, "the searches on generated scenes: give --data DIR"),
        ("retinanet-z", SCENES, "no recipe 'retinanet-z'"),
        ("retinanet-small", ANALYTIC, "task analytic does not"),
    ],
)
def test_what_cannot_be_trained_fully_shows_before_anything_is_trained(
    recipe: str, config: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reproduce(write_final(tmp_path, recipe, config), tmp_path / "run", "--plan") == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "run").exists()
