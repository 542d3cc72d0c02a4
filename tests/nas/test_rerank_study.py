import math
from pathlib import Path

import pytest

from controllers import RandomSearch
from nas.errors import UsageError
from nas.evaluation import evaluate
from nas.objectives import ap
from nas.pump_local import pump_local
from nas.rerank_study import RerankStudy, new_seed
from proxy_tasks.errors import DataError
from results import Failure, FailureKind, Noise, Outcome, TrialStatus, TrialStore
from results.networks import Network, networks_of
from tests.nas.tiny import SPACE, TASK, make_study


def cost(_: object) -> dict[str, float]:
    return {"params": 1, "madds": 2}


@pytest.fixture
def search(tmp_path: Path) -> TrialStore:
    """Twelve networks of a random search, each trained once, with noise of SD 0.01."""
    study = make_study(tmp_path / "search.sqlite", RandomSearch(SPACE, 0))
    list(pump_local(study, TASK))
    return study.store


def make_race(
    search: TrialStore,
    path: Path,
    budget: int = 12,
    noise: Noise | None = None,
    networks: list[Network] | None = None,
) -> RerankStudy:
    store = TrialStore.open(path) if path.exists() else TrialStore.create(path, {})
    return RerankStudy(
        networks=networks or networks_of([search], further=False),
        recall=search.trial,
        store=store,
        objective=ap,
        budget=budget,
        seed=0,
        cost=cost,
        noise=noise,
    )


def order(study: RerankStudy) -> list[tuple[str, int]]:
    return [(trial.key, trial.seed) for trial in study.store.trials()]


def test_the_five_best_are_trained_first_and_then_contenders(
    search: TrialStore, tmp_path: Path
) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite")).store:
        list(pump_local(study, TASK))
        best = [trial.key for trial in search.summaries()[:5]]
        assert [key for key, _ in order(study)[:5]] == best
        assert len(order(study)) == 12
        worst = search.summaries()[-1].key
        assert worst not in [key for key, _ in order(study)]


def test_where_the_noise_is_known_no_training_is_spent_on_it(
    search: TrialStore, tmp_path: Path
) -> None:
    """It is tiny: only two that may be the best are worth a training, not the first five."""
    noise = Noise(0.02, math.inf)
    with search, (study := make_race(search, tmp_path / "race.sqlite", 5, noise)).store:
        list(pump_local(study, TASK))
        assert len({key for key, _ in order(study)}) < 5


def test_a_later_race_between_some_of_the_networks_leaves_the_earlier_one_as_it_is(
    search: TrialStore, tmp_path: Path
) -> None:
    with search:
        with (first := make_race(search, tmp_path / "race.sqlite", 6)).store:
            list(pump_local(first, TASK))
            before = order(first)
        some = networks_of([search], further=False)[6:]
        with (later := make_race(search, tmp_path / "race.sqlite", 12, networks=some)).store:
            list(pump_local(later, TASK))
            found = order(later)
    assert found[:6] == before
    assert {key for key, _ in found[6:]} <= {network.key for network in some}
    assert len(found) == 12


def test_no_seed_is_one_of_the_search_or_comes_twice(search: TrialStore, tmp_path: Path) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite")).store:
        list(pump_local(study, TASK))
        seeds = [seed for _, seed in order(study)]
        assert len({*seeds, *(trial.seed for trial in search.trials())}) == 12 + 12


def test_a_race_that_is_stopped_and_gone_on_with_is_the_race_that_is_not(
    search: TrialStore, tmp_path: Path
) -> None:
    with search:
        with (whole := make_race(search, tmp_path / "whole.sqlite")).store:
            list(pump_local(whole, TASK))
            expected = order(whole)
        for budget in (3, 7, 12):
            with (part := make_race(search, tmp_path / "part.sqlite", budget)).store:
                list(pump_local(part, TASK))
                found = order(part)
        assert found == expected


def test_what_was_in_flight_is_handed_out_again(search: TrialStore, tmp_path: Path) -> None:
    path = tmp_path / "race.sqlite"
    with search:
        with (study := make_race(search, path)).store:
            lost = study.ask()
        with (study := make_race(search, path)).store:
            assert study.ask() == lost


def test_four_that_are_out_at_once_are_four_networks(search: TrialStore, tmp_path: Path) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite")).store:
        assert len({study.ask().key for _ in range(4)}) == 4  # type: ignore[union-attr]


def test_a_network_that_failed_twice_is_trained_no_more(search: TrialStore, tmp_path: Path) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite", budget=40)).store:
        best = search.summaries()[0].key
        while (trial := study.ask()) is not None:
            bad = Outcome.failed(FailureKind.DIVERGED, "nan")
            good = evaluate(TASK, trial.architecture, trial.seed)
            study.tell(trial.number, bad if trial.key == best else good)
        failed = [trial.key for trial in study.store.failed()]
        assert failed == [best] * 2


def test_where_every_training_fails_the_race_ends(search: TrialStore, tmp_path: Path) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite", budget=100)).store:
        while (trial := study.ask()) is not None:
            study.tell(trial.number, Outcome.failed(FailureKind.DIVERGED, "nan"))
        assert study.store.count(TrialStatus.FAILED) == 2 * 12


def test_a_lost_worker_costs_a_network_nothing(search: TrialStore, tmp_path: Path) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite")).store:
        trial = study.ask()
        assert trial is not None
        gone = Failure(FailureKind.WORKER_LOST, "killed")
        assert study.lose(trial.number, gone).status is TrialStatus.RUNNING


def test_data_that_went_bad_end_no_trial(search: TrialStore, tmp_path: Path) -> None:
    with search, (study := make_race(search, tmp_path / "race.sqlite")).store:
        study.ask()
        with pytest.raises(DataError, match="the same command goes on"):
            study.tell(0, Outcome.failed(FailureKind.DATA_ERROR, "gone"))
        assert study.store.trial(0).status is TrialStatus.RUNNING


def test_two_networks_are_no_race(tmp_path: Path) -> None:
    study = make_study(tmp_path / "search.sqlite", budget=2)
    list(pump_local(study, TASK))
    with study.store as search, pytest.raises(UsageError, match="it takes 3"):
        make_race(search, tmp_path / "race.sqlite")


def test_the_nth_seed_of_a_network_depends_on_nothing_else() -> None:
    assert new_seed(0, "ab", 1) == new_seed(0, "ab", 1)
    assert len({new_seed(s, k, n) for s in (0, 1) for k in ("ab", "ac") for n in (0, 1)}) == 8
