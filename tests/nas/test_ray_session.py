"""What a session notices; what a search makes of it is in test_ray_services.py."""

import socket
from collections.abc import Iterator

import pytest

from nas.errors import WorkersLost
from nas.pump_ray import pump_ray
from nas.ray_session import RayLost, RaySession, ray_session
from nas.worker_needs import WorkerNeeds
from results import TrialStatus
from tests.nas.conftest import OpenStudy
from tests.nas.tiny import TASK

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("ray_cluster")]


@pytest.fixture
def silent() -> tuple[str, int]:
    """A port where nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address: tuple[str, int] = server.getsockname()
    return address


def task() -> object:
    return TASK


@pytest.fixture
def lost() -> Iterator[RaySession]:
    """A session with the Ray of all tests, to be made to seem lost."""
    with ray_session(2) as made:
        yield made


def test_a_ray_that_answers_is_not_lost() -> None:
    with ray_session(2) as found:
        found.check_now()


def test_our_own_ray_is_lost_when_a_service_is_silent(
    lost: RaySession, silent: tuple[str, int]
) -> None:
    lost.is_ours, lost.services = True, [silent]
    with pytest.raises(RayLost, match="has died"):
        lost.check_now()


def test_a_cluster_that_stays_away_ends_the_search_in_a_line(
    lost: RaySession, silent: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nas.ray_session.PATIENCE_SECONDS", 0.1)
    lost.services = [silent]
    with pytest.raises(WorkersLost, match="what was reported is kept"):
        lost.check_now()


class Dying(RaySession):
    """Its Ray seems to die at the first look of each of its first `deaths` lives."""

    deaths = 1
    restarts = 0

    def check(self) -> None:
        if self.restarts < self.deaths:
            raise RayLost("Ray's service has died")

    def restart(self) -> None:
        self.restarts += 1


def test_what_was_in_flight_is_handed_out_again(open_study: OpenStudy) -> None:
    study = open_study()
    dying = Dying(2, WorkerNeeds())
    trials = list(pump_ray(study, task, 2, session=dying))
    assert dying.restarts == 1
    assert sorted(trial.number for trial in trials) == list(range(12))
    assert {trial.status for trial in trials} == {TrialStatus.COMPLETED}


def test_a_ray_that_always_dies_is_given_up(open_study: OpenStudy) -> None:
    dying = Dying(2, WorkerNeeds())
    dying.deaths = 100
    with pytest.raises(WorkersLost, match="3 times before a trial ended"):
        list(pump_ray(open_study(), task, 2, session=dying))
