import json
import math
from pathlib import Path
from typing import Any

import pytest

from nas.cli import main
from nas.errors import UsageError
from nas.given_noise import given_noise
from results import Noise, Outcome, TrialStore
from tests.nas.analytic_runs import FAST, search
from tests.results.runs import FIDELITY, make_run, trial


def doctored(path: Path, **changes: Any) -> str:
    """What a doctor writes of two sound networks, trained twice each, and one that is not."""
    document = {
        "fidelity": json.loads(FIDELITY),
        "resolvable_of": "sound",
        "candidates": [
            {"ap": [0.50, 0.52], "detail_loss": 0, "random": True},
            {"ap": [0.40, 0.42], "detail_loss": 0, "random": False},
            {"ap": [0.01, 0.01], "detail_loss": 2, "random": True},
        ],
    }
    path.write_text(json.dumps(document | changes))
    return str(path)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", [0.2, 0.4, 0.3]).parent


def test_a_number_is_exact_and_nothing_is_none(run: Path) -> None:
    assert given_noise("0.011", [run]) == Noise(0.011, math.inf)
    assert given_noise(None, [run]) is None


def test_noise_is_that_of_the_networks_that_a_doctor_judges_by(run: Path, tmp_path: Path) -> None:
    """Pooled: differences d have variances d**2 / 2."""
    sound = given_noise(doctored(tmp_path / "sound.json"), [run])
    both = given_noise(doctored(tmp_path / "random.json", resolvable_of="random"), [run])
    assert sound is not None and both is not None
    assert sound.sd == pytest.approx(0.02 / math.sqrt(2))
    assert both.sd == pytest.approx(0.01)


def test_a_doctors_own_file_serves_a_search_of_the_same_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noisy = ("--task.options.noise", "0.02")
    search(tmp_path / "run", "--trials", "3", *noisy)
    capsys.readouterr()
    sizes = ("--architectures", "6", "--sound", "6", "--format", "json")
    main(["doctor", *FAST, *noisy, *sizes, "--run-dir", str(tmp_path / "doctor")])
    file = tmp_path / "doctor.json"
    file.write_text(capsys.readouterr().out)
    found = given_noise(str(file), [tmp_path / "run"])
    report = json.loads(file.read_text())
    suffix = "_sound" if report["resolvable_of"] == "sound" else ""
    assert found is not None
    assert found.sd == pytest.approx(report[f"sd_seed{suffix}"]["value"])


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"candidates": 3}', b"[" * 100_000, b'{"fidelity": NaN}'],
)
def test_what_is_no_doctors_result_is_refused(run: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(UsageError, match="is no result of `nas doctor`: give"):
        given_noise(str(tmp_path / "file.json"), [run])


@pytest.mark.parametrize(
    "changes",
    [
        {"fidelity": [1]},
        {"candidates": [{"ap": [[0.5]], "detail_loss": 0}]},
        {"candidates": [{"ap": [0.5, 7.0], "detail_loss": 0}]},
        {"candidates": [{"ap": [0.5, float("nan")], "detail_loss": 0}]},
        {"candidates": [{"ap": "half", "detail_loss": 0}]},
    ],
)
def test_a_result_that_was_edited_is_refused(
    run: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match="is no result of `nas doctor`"):
        given_noise(doctored(tmp_path / "file.json", **changes), [run])


@pytest.mark.parametrize(
    "text", ["0", "-0.1", "nan", "inf", "1e155", "nowhere.json", ".", "", "a\0b"]
)
def test_neither_a_file_nor_a_deviation_is_refused_with_a_way_out(run: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"^--noise .*or a standard deviation above 0"):
        given_noise(text, [run])


def test_a_doctor_of_other_trainings_is_refused_with_its_number(run: Path, tmp_path: Path) -> None:
    other = doctored(tmp_path / "file.json", fidelity={"image_size": 64, "steps": 100})
    with pytest.raises(UsageError, match=r"with steps 100, not 200: .*--noise 0\.0141$"):
        given_noise(other, [run])


def test_a_doctors_aps_are_not_taken_for_rewards_that_are_none(tmp_path: Path) -> None:
    with TrialStore.create(tmp_path / "run", {}) as store:
        store.propose(trial(0))
        store.finish(0, Outcome.success({"AP": 0.5}), 0.4)
    with pytest.raises(UsageError, match=r"the rewards of .*run are none: "):
        given_noise(doctored(tmp_path / "file.json"), [tmp_path / "run"])


def test_a_doctor_that_repeated_nothing_knows_no_noise(run: Path, tmp_path: Path) -> None:
    once = doctored(tmp_path / "file.json", candidates=[{"ap": [0.5], "detail_loss": 0}])
    with pytest.raises(UsageError, match="trained no network twice"):
        given_noise(once, [run])
