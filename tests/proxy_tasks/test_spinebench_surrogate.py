from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau

from proxy_tasks import CandidateFailure, DataError, InvalidRecipe
from proxy_tasks.spinebench import spinebench
from proxy_tasks.spinebench_card import card
from proxy_tasks.spinebench_figures import surrogate_figures
from proxy_tasks.spinebench_file import write_spinebench
from proxy_tasks.spinebench_landscape import SpineBenchLandscape
from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate
from search_space import R23_SP30, SPINENET_MOBILE
from tests.proxy_tasks.synthetic_bench import (
    ABOUT,
    QUICK,
    SEED_SD,
    SPACE,
    members,
    row,
    true_ap,
    write,
)

FRESH = members(40, 1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("bench") / "file.parquet"
    write(path, networks=100, repeated=50)
    return str(path)


def test_it_orders_networks_that_it_has_not_seen(file: str) -> None:
    found = [SpineBenchSurrogate(file).expected(architecture) for architecture in FRESH]
    # Of 40 unrelated pairs: above 0.5 less than once in 100,000.
    assert kendalltau(found, [true_ap(architecture) for architecture in FRESH]).statistic > 0.5


def test_a_seed_fixes_a_training(file: str) -> None:
    surrogate = SpineBenchSurrogate(file)
    found = [surrogate.evaluate(FRESH[0], seed)["AP"] for seed in (1, 2, 1)]
    assert found[0] == found[2] != found[1]


def test_trainings_have_the_noise_that_was_measured(file: str) -> None:
    surrogate = SpineBenchSurrogate(file)
    found = [surrogate.evaluate(FRESH[0], seed)["AP"] for seed in range(2000)]
    # Measured with 100 degrees of freedom, drawn 2,000 times: 35 % is 5 SD of both.
    assert np.std(found) == pytest.approx(SEED_SD, rel=0.35)
    assert np.mean(found) == pytest.approx(surrogate.expected(FRESH[0]), abs=0.002)


def test_noise_can_be_left_out(file: str) -> None:
    quiet = SpineBenchSurrogate(file, noise=0.0)
    assert quiet.evaluate(FRESH[0], 1)["AP"] == quiet.expected(FRESH[0])


def test_another_seed_is_another_landscape_of_the_same_networks(file: str) -> None:
    first, second = (SpineBenchSurrogate(file, seed) for seed in (0, 1))
    values = [[one.expected(a) for a in FRESH] for one in (first, second)]
    assert values[0] != values[1]
    assert np.corrcoef(values)[0, 1] > 0.5


@pytest.mark.parametrize("architecture", [R23_SP30, SPINENET_MOBILE])
def test_a_network_of_another_space_is_refused(architecture: object, file: str) -> None:
    with pytest.raises(CandidateFailure, match="has another stem or other outputs"):
        SpineBenchSurrogate(file).evaluate(architecture, 0)  # type: ignore[arg-type]


def test_it_is_of_whole_trainings(file: str) -> None:
    surrogate = SpineBenchSurrogate(file)
    surrogate.check_fidelity(QUICK.canonical())
    with pytest.raises(InvalidRecipe, match=r"stop_step is 50, there 400: .* without rungs"):
        surrogate.check_fidelity(replace(QUICK, stop_step=50).canonical())


@pytest.mark.parametrize(
    ("options", "said"), [({"seed": -1}, "seed -1"), ({"noise": float("nan")}, "noise nan")]
)
def test_wrong_options_are_refused(options: dict[str, float], said: str, file: str) -> None:
    with pytest.raises(InvalidRecipe, match=said):
        spinebench("surrogate", file, **options)  # type: ignore[arg-type]


def test_a_file_without_its_figures_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    bench = write_spinebench([row(a, 0) for a in members(3, 0)], ABOUT, path)
    with pytest.raises(DataError, match="does not say how far its surrogate is off"):
        SpineBenchSurrogate(str(path))
    with pytest.raises(DataError, match="has 3 networks of its space with an AP at quick"):
        surrogate_figures(bench, "quick")


def test_as_a_landscape_it_is_standardised_on_the_space(file: str) -> None:
    landscape = SpineBenchLandscape(SpineBenchSurrogate(file), 0, SPACE)
    # As in test_landscape: the mean of 300 more is within 0.36 but once in a million.
    assert abs(np.mean([landscape.value(a) for a in members(300, 5)])) < 0.36
    for seed, architecture in enumerate(FRESH[:5]):
        noise = landscape.evaluation_noise(architecture, seed)
        assert landscape.reward(architecture, seed) == landscape.value(architecture) + noise
        surrogate = SpineBenchSurrogate(file).evaluate(architecture, seed)["AP"]
        expected = SpineBenchSurrogate(file).expected(architecture)
        assert noise * landscape._sd == pytest.approx(surrogate - expected, abs=1e-9)


def test_the_card_says_how_good_it_is(file: str) -> None:
    from proxy_tasks.spinebench_file import read_spinebench

    lines = "\n".join(card(read_spinebench(Path(file))))
    assert "200 trainings of 100 networks" in lines
    assert "by number of seeds: 50 with 1, 50 with 3" in lines
    assert "1 x 10 folds of 100 networks, 200 trainings" in lines
    assert "two seeds of a network: tau" in lines
    assert "step 50: tau 1.000 with the end" in lines


SCALE = {"variance": 1.0, "length": 5.0, "noise": 0.3}
SPREAD = {"at": [0.3], "sd": [0.01]}
LEARNT = {"fidelity": "quick", "scale": SCALE, "missed": SPREAD, "seed": SPREAD}


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"surrogate": []}, "does not say how far its surrogate is off"),
        (
            {"surrogate": {**LEARNT, "fidelity": "slow"}},
            "does not say how far its surrogate is off",
        ),
        (
            {"surrogate": {**LEARNT, "scale": {**SCALE, "noise": "x"}}},
            "how far its surrogate is off",
        ),
        (
            {"surrogate": {**LEARNT, "scale": {**SCALE, "length": 0}}},
            "how far its surrogate is off",
        ),
        ({"surrogate": {**LEARNT, "fidelity": "default"}}, "has no training of a network of"),
        ({"surrogate": LEARNT, "space": "fish"}, "has no training of a network of fish at quick"),
    ],
)
def test_a_file_whose_surrogate_cannot_be_fitted_is_refused(
    about: dict[str, object], said: str, tmp_path: Path
) -> None:
    write_spinebench([row(members(1, 0)[0], 3)], {**ABOUT, **about}, tmp_path / "file.parquet")
    with pytest.raises(DataError, match=said):
        spinebench("surrogate", str(tmp_path / "file.parquet"))


def test_a_card_of_a_file_that_lacks_figures_is_refused(tmp_path: Path) -> None:
    rows = [row(members(1, 0)[0], 3)]
    bench = write_spinebench(rows, {**ABOUT, "surrogate": LEARNT}, tmp_path / "file.parquet")
    with pytest.raises(DataError, match="does not say how good its surrogate is"):
        card(bench)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fidelity": "default"}, "the surrogate has one alone"),
        ({"fidelity": ["quick"]}, "fidelity is \\['quick'\\]: give a text"),
        ({"file": 3}, "file is 3: give a text"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRecipe, match=said):
        spinebench("surrogate", **options)
