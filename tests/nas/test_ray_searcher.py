import json
from pathlib import Path
from typing import Any

import pytest
from ray import cloudpickle, tune
from ray.tune.search import ConcurrencyLimiter, Searcher

from controllers import InvalidState
from nas.errors import UsageError
from nas.ray_searcher import ControllerSearcher
from search_space import Genotype, from_json
from tests.nas.tiny import SPACE, TASK, evolution


class Recorder:
    """Proposes the given members in turn, and remembers what it observes."""

    def __init__(self, *members: int) -> None:
        self.members = [SPACE.unrank(member) for member in members]
        self.observed: list[tuple[Genotype, float | None, dict[str, float]]] = []
        self.proposed = 0

    def propose(self) -> Genotype:
        self.proposed += 1
        return self.members[(self.proposed - 1) % len(self.members)]

    def observe(self, genotype: Genotype, reward: float | None, metrics: Any) -> None:
        self.observed.append((genotype, reward, dict(metrics)))

    def state_dict(self) -> dict[str, Any]:
        return {"proposed": self.proposed}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.proposed = state["proposed"]


def drive(searcher: Searcher, trials: range) -> list[list[int]]:
    """Genotypes of a search in which every fifth trial fails."""
    found = []
    for number in trials:
        config = searcher.suggest(str(number))
        assert isinstance(config, dict)
        found.append(config["genotype"])
        score = TASK.evaluate(from_json(config["architecture"]), 0)["AP"]
        result = None if number % 5 == 4 else {"AP": score, "training_iteration": 1}
        searcher.on_trial_complete(str(number), result, error=result is None)
    return found


def test_a_config_holds_the_architecture_of_the_proposal() -> None:
    config = ControllerSearcher(Recorder(3), SPACE).suggest("a")
    assert config is not None
    architecture = from_json(config["architecture"])
    assert architecture == SPACE.decode(SPACE.unrank(3))
    assert config["key"] == architecture.key
    assert config["genotype"] == list(SPACE.unrank(3))


@pytest.mark.parametrize(("mode", "reward"), [("max", 0.25), ("min", -0.25)])
def test_larger_is_better_for_the_controller_in_either_mode(mode: str, reward: float) -> None:
    controller = Recorder(3)
    searcher = ControllerSearcher(controller, SPACE, metric="loss", mode=mode)
    searcher.suggest("a")
    searcher.on_trial_complete("a", {"loss": 0.25, "done": True, "node_ip": "::1", "x": None})
    assert controller.observed == [(SPACE.unrank(3), reward, {"loss": 0.25})]


@pytest.mark.parametrize(
    ("result", "error"),
    [(None, True), (None, False), ({"AP": 0.5}, True), ({"AP": float("nan")}, False), ({}, False)],
)
def test_an_error_or_a_result_without_the_metric_is_a_failure(
    result: dict[str, float] | None, error: bool
) -> None:
    controller = Recorder(3)
    searcher = ControllerSearcher(controller, SPACE)
    searcher.suggest("a")
    searcher.on_trial_complete("a", result, error)
    assert [reward for _, reward, _ in controller.observed] == [None]


def test_a_known_architecture_is_observed_again_but_not_run_again() -> None:
    controller = Recorder(3, 3, 4)
    searcher = ControllerSearcher(controller, SPACE)
    searcher.suggest("a")
    searcher.on_trial_complete("a", {"AP": 0.5})
    config = searcher.suggest("b")
    assert config is not None
    assert config["genotype"] == list(SPACE.unrank(4))
    assert controller.observed == [(SPACE.unrank(3), 0.5, {"AP": 0.5})] * 2


def test_a_controller_with_nothing_new_waits_for_what_runs_and_then_ends_the_search() -> None:
    searcher = ControllerSearcher(Recorder(3), SPACE)
    searcher.suggest("a")
    assert searcher.suggest("b") is None
    searcher.on_trial_complete("a", {"AP": 0.5})
    assert str(searcher.suggest("b")) == Searcher.FINISHED


def test_an_objective_sees_how_long_a_trial_was_trained() -> None:
    controller = Recorder(3, 4)
    searcher = ControllerSearcher(
        controller, SPACE, objective=lambda m: m["AP"] if m["training_iteration"] == 9 else None
    )
    for name, epochs in (("a", 1), ("b", 9)):
        searcher.suggest(name)
        searcher.on_trial_complete(name, {"AP": 0.5, "training_iteration": epochs})
    assert [reward for _, reward, _ in controller.observed] == [None, 0.5]


def test_a_failed_trial_that_is_run_anew_is_observed_anew() -> None:
    controller = Recorder(3)
    searcher = ControllerSearcher(controller, SPACE)
    searcher.suggest("a")
    searcher.on_trial_complete("a", error=True)
    searcher.on_trial_complete("a", {"AP": 0.5})
    assert [reward for _, reward, _ in controller.observed] == [None, 0.5]


def test_a_saved_searcher_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    whole = ControllerSearcher(evolution(), SPACE)
    drive(whole, range(20))
    whole.suggest("running")
    whole.save(str(tmp_path / "state"))
    resumed = ControllerSearcher(evolution(7), SPACE)
    resumed.restore(str(tmp_path / "state"))
    for searcher in (whole, resumed):
        searcher.on_trial_complete("running", {"AP": 0.9})
    assert drive(resumed, range(20, 30)) == drive(whole, range(20, 30))
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"trials": {"a": [9]}, "known": {}}'])
def test_a_damaged_state_is_refused_and_changes_nothing(tmp_path: Path, text: str) -> None:
    searcher = ControllerSearcher(evolution(), SPACE)
    drive(searcher, range(3))
    searcher.save(str(tmp_path / "before"))
    (tmp_path / "state").write_text(text)
    with pytest.raises(InvalidState, match="is no state of this searcher"):
        searcher.restore(str(tmp_path / "state"))
    searcher.save(str(tmp_path / "after"))
    assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


@pytest.mark.parametrize(
    "entry", [[True, {}], ["1", {}], [0.5], [0.5, []], [0.5, {"AP": "1"}], [float("nan"), {}], 3]
)
def test_a_saved_result_that_is_none_is_refused(tmp_path: Path, entry: object) -> None:
    searcher = ControllerSearcher(evolution(), SPACE)
    drive(searcher, range(3))
    searcher.save(str(tmp_path / "state"))
    state = json.loads((tmp_path / "state").read_text())
    state["known"][next(iter(state["known"]))] = entry
    (tmp_path / "state").write_text(json.dumps(state))
    with pytest.raises(InvalidState, match="is no state of this searcher"):
        searcher.restore(str(tmp_path / "state"))


def test_the_pickle_that_a_tuner_makes_is_the_same_searcher() -> None:
    searcher = ControllerSearcher(evolution(), SPACE)
    copied = cloudpickle.loads(cloudpickle.dumps(searcher))
    assert drive(copied, range(10)) == drive(searcher, range(10))


def test_it_works_in_a_concurrency_limiter() -> None:
    limited = ConcurrencyLimiter(ControllerSearcher(evolution(), SPACE), max_concurrent=1)
    assert limited.suggest("a") is not None
    assert limited.suggest("b") is None
    limited.on_trial_complete("a", {"AP": 0.5})
    assert limited.suggest("b") is not None


def test_a_mode_that_tune_does_not_know_is_refused() -> None:
    with pytest.raises(UsageError, match="mode 'best': choose max or min"):
        ControllerSearcher(evolution(), SPACE, mode="best")


def candidate(config: dict[str, Any]) -> None:
    tune.report(dict(TASK.evaluate(from_json(config["architecture"]), 0)))


class Crash(tune.Callback):
    """Ends a Tuner's life when three trials have ended, until there is a file that says go on."""

    def __init__(self, go_on: Path) -> None:
        self.go_on = go_on

    def on_step_end(self, iteration: int, trials: list[Any], **event: Any) -> None:
        ended = [trial for trial in trials if trial.status == "TERMINATED"]
        if len(ended) >= 3 and not self.go_on.exists():
            raise RuntimeError("the driver dies")


@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_a_restored_tuner_goes_on_with_the_controllers_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
    monkeypatch.setenv("TUNE_GLOBAL_CHECKPOINT_S", "0")  # a snapshot at every step
    run, go_on = tmp_path / "run", tmp_path / "go_on"
    tuner = tune.Tuner(
        candidate,
        tune_config=tune.TuneConfig(
            search_alg=ControllerSearcher(evolution(), SPACE),
            num_samples=6,
            max_concurrent_trials=1,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(
            storage_path=str(tmp_path), name="run", verbose=0, callbacks=[Crash(go_on)]
        ),
    )
    with pytest.raises(Exception, match="the driver dies"):
        tuner.fit()
    go_on.touch()
    assert len(tune.Tuner.restore(str(run), candidate).fit()) == 6
    state = json.loads(max(run.glob("searcher-state-*")).read_text())
    uninterrupted = ControllerSearcher(evolution(), SPACE)
    for number in range(6):
        config = uninterrupted.suggest(str(number))
        assert config is not None
        assert config["key"] in state["known"]
        score = TASK.evaluate(from_json(config["architecture"]), 0)
        uninterrupted.on_trial_complete(str(number), dict(score))
