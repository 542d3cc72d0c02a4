import sqlite3

import pytest

from nas.errors import ReplayMismatch
from tests.nas.conftest import OpenStudy
from tests.nas.tiny import evolution


def test_a_journal_of_another_controller_is_refused(open_study: OpenStudy) -> None:
    study = open_study(evolution(seed=1))
    study.ask()
    study.store.close()
    with pytest.raises(ReplayMismatch, match=r"event 1 proposed trial 0"):
        open_study(evolution(seed=2))


def test_a_journal_without_its_proposals_is_refused(open_study: OpenStudy) -> None:
    study = open_study()
    study.ask()
    study.store.close()
    with sqlite3.connect(study.store.path) as connection:
        connection.execute("DELETE FROM events")
    connection.close()
    with pytest.raises(ReplayMismatch, match="0 proposals for 1 trials"):
        open_study()
