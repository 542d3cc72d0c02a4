from pathlib import Path

from nas.network_study import Compared, NetworkStudy, fresh_seed
from nas.objectives import ap
from nas.pump_local import pump_local
from results import FailureKind, Outcome, TrialStore
from search_space import R0_SP53, SPINENET_49, sequential_only
from tests.nas.tiny import TASK

NETWORKS = [Compared("49", SPINENET_49, "short"), Compared("53", R0_SP53, "short")]
LATER = Compared("sequential", sequential_only(R0_SP53), "short")


def open_study(path: Path, networks: list[Compared], seeds: list[int]) -> NetworkStudy:
    store = TrialStore.open(path) if path.exists() else TrialStore.create(path, {})
    return NetworkStudy(
        networks=networks,
        seeds=seeds,
        cost_at=lambda body, text: {"params": len(body.blocks), "madds": len(text)},
        store=store,
        objective=ap,
        cost=lambda _: {"params": 1, "madds": 2},
    )


def made(study: NetworkStudy) -> list[tuple[str, int]]:
    with study.store:
        list(pump_local(study, TASK))
        return [(trial.key, trial.seed) for trial in study.store.trials()]


def test_all_networks_get_the_first_seed_then_the_next(tmp_path: Path) -> None:
    keys = [one.architecture.key for one in NETWORKS]
    expected = [(key, seed) for seed in (7, 8) for key in keys]
    assert made(open_study(tmp_path / "run.sqlite", NETWORKS, [7, 8])) == expected


def test_networks_and_seeds_that_come_later_are_made_after_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    first = made(open_study(path, NETWORKS[:1], [7]))
    both = made(open_study(path, [*NETWORKS, LATER], [7, 8]))
    assert both[:1] == first
    assert len(both) == len(set(both)) == 6
    assert made(open_study(path, [*NETWORKS, LATER], [7, 8])) == both


def test_a_trial_is_called_by_the_first_name_of_its_network(tmp_path: Path) -> None:
    twice = [*NETWORKS, Compared("found", SPINENET_49, "short")]
    study = open_study(tmp_path / "run.sqlite", twice, [7])
    made(study)
    with TrialStore.open_read_only(tmp_path / "run.sqlite") as store:
        names = {trial.key: study.name_of(trial) for trial in store.trials()}
    assert names == {SPINENET_49.key: "49", R0_SP53.key: "53"}


def test_what_was_in_flight_is_handed_out_again(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with (study := open_study(path, NETWORKS, [7])).store:
        lost = study.ask()
    with (study := open_study(path, NETWORKS, [7])).store:
        assert study.ask() == lost
        assert study.total == 2


def test_one_network_under_two_names_is_trained_once(tmp_path: Path) -> None:
    twice = [*NETWORKS, Compared("again", SPINENET_49, "short")]
    assert len(made(open_study(tmp_path / "run.sqlite", twice, [7]))) == 2


def test_cost_is_that_of_a_networks_own_fidelity(tmp_path: Path) -> None:
    longer = [*NETWORKS, Compared("long", SPINENET_49, "much longer")]
    with (study := open_study(tmp_path / "run.sqlite", longer, [7])).store:
        found = [trial.metrics["madds"] for trial in pump_local(study, TASK)]
    assert found == [5, 5, 11]


def test_a_training_that_failed_is_not_made_again(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with (study := open_study(path, NETWORKS[:1], [7])).store:
        trial = study.ask()
        assert trial is not None
        study.tell(trial.number, Outcome.failed(FailureKind.DIVERGED, "nan"))
    with (study := open_study(path, NETWORKS[:1], [7])).store:
        assert study.done


def test_fresh_seeds_differ_by_search_and_place() -> None:
    assert len({fresh_seed(seed, nth) for seed in range(3) for nth in range(50)}) == 150
