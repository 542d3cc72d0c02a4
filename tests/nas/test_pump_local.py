from nas.pump_local import pump_local
from tests.nas.conftest import OpenStudy
from tests.nas.tiny import TASK


def test_trials_come_in_the_order_in_which_they_were_asked(open_study: OpenStudy) -> None:
    study = open_study()
    numbers = [trial.number for trial in pump_local(study, TASK)]
    assert numbers == list(range(12))


def test_each_trial_comes_with_its_reward(open_study: OpenStudy) -> None:
    study = open_study()
    for trial in pump_local(study, TASK):
        assert trial.reward == TASK.evaluate(trial.architecture, trial.seed)["AP"]
