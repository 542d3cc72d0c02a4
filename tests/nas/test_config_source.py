import tomllib
from importlib import resources
from pathlib import Path

import pytest
import tomli_w

import nas
from nas.compose import CONTROLLERS, make_controller
from nas.config_source import check_config, load_config, preset_names
from nas.errors import UsageError
from tests.nas.tiny import SPACE


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_config(name: str) -> None:
    assert load_config(name, {}).search.trials >= 1


def test_an_option_changes_its_field_alone() -> None:
    before, after = load_config("quick", {}), load_config("quick", {"fidelity.steps": "7"})
    assert after.fidelity.steps == 7
    assert after.model_copy(update={"fidelity": before.fidelity}) == before


def test_values_are_spelt_as_in_toml() -> None:
    config = load_config(
        "quick",
        {"space.offsets": "[0, 1]", "augmentation.flip": "false", "training.learning_rate": "3e-3"},
    )
    assert config.space.offsets == (0, 1)
    assert (config.augmentation.flip, config.training.learning_rate) == (False, 0.003)


def test_options_of_a_controller_go_when_another_takes_its_place() -> None:
    assert load_config("quick", {}).controller.options
    assert not load_config("quick", {"controller.name": "random"}).controller.options


@pytest.mark.parametrize("preset", preset_names())
@pytest.mark.parametrize("name", CONTROLLERS)
def test_every_controller_takes_its_place_with_no_options_of_another(
    preset: str, name: str
) -> None:
    """population_size is an option of several, and means another thing for each."""
    written = load_config(preset, {}).controller
    config = load_config(preset, {"controller.name": name})
    assert config.controller.options == (written.options if name == written.name else {})
    assert make_controller(config, SPACE).propose()


def test_options_of_an_objective_go_when_another_takes_its_place(tmp_path: Path) -> None:
    quick = (resources.files("nas") / "presets" / "quick.toml").read_text("utf-8")
    under = 'objective = "ap_under_madds"\nobjective_options = { madds = 9e6 }\n'
    file = tmp_path / "mine.toml"
    file.write_text(quick.replace("[search]\n", f"[search]\n{under}", 1))
    assert load_config(str(file), {}).search.objective_options == {"madds": 9e6}
    assert not load_config(str(file), {"search.objective": "ap"}).search.objective_options


def test_options_given_with_a_new_controller_stay() -> None:
    config = load_config("quick", {"controller.name": "random", "controller.options.x": "1"})
    assert config.controller.options == {"x": 1}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("trials =", "trails =", "unknown setting 'search.trails': did you mean 'search.trials'"),
        ("[search]", "[serach]", "unknown setting 'serach.trials'"),
        ("trials = 16", "trials = 0", r"search.trials is 0: .*greater than or equal to 1"),
        ("trials = 16", "trials = 'many'", "search.trials is 'many'"),
        ("trials = 16\n", "", "search.trials missing: begin with a copy"),
        ("steps = 400", "steps = -1", r"fidelity: Fidelity: steps is -1; it must be in \[1"),
        ("[search]", "[search", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_value(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    quick = (Path(nas.__file__).parent / "presets" / "quick.toml").read_text()
    assert old in quick
    file = tmp_path / "mine.toml"
    file.write_text(quick.replace(old, new, 1))
    with pytest.raises(UsageError, match=message) as caught:
        load_config(str(file), {})
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[]", r"augmentation.scale_jitter is \[\]: it has too few values"),
        ("[0.5]", r"augmentation.scale_jitter is \[0.5\]: it has too few values"),
        (
            "[1.2, 0.8]",
            r"scale_jitter is \(1.2, 0.8\); it must be \[least, most\], the least first",
        ),
    ],
)
def test_a_range_that_is_none_is_blamed_on_who_typed_it(value: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"^command line: .*{said}"):
        load_config("smoke", {"augmentation.scale_jitter": value})


def test_a_misspelt_preset_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="no preset 'quikc': did you mean 'quick'"):
        load_config("quikc", {})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml does not exist"):
        load_config(str(tmp_path / "none.toml"), {})


def test_a_config_survives_its_own_toml() -> None:
    config = load_config("quick", {"controller.name": "random"})
    assert check_config(tomllib.loads(tomli_w.dumps(config.as_dict())), "round trip") == config


def test_a_folder_whose_name_looks_like_a_number_is_a_folder(tmp_path: Path) -> None:
    config = load_config("quick", {"data.directory": "2007"})
    assert config.data.directory == str(Path("2007").absolute())


def test_another_space_takes_the_place_of_all_that_a_file_says_of_one(tmp_path: Path) -> None:
    """Runs of before presets spell every field of their space out."""
    path = tmp_path / "old.toml"
    quick = (resources.files("nas") / "presets" / "quick.toml").read_text("utf-8")
    path.write_text(quick + "\n[space]\noffsets = [0, 1]\nwindow = 3\n")
    assert load_config(str(path), {}).space.window == 3
    changed = load_config(str(path), {"space.preset": "r0-sp53", "space.window": "4"}).space
    assert (changed.preset, changed.offsets, changed.window) == ("r0-sp53", None, 4)
