from pathlib import Path

import pytest
from rich.console import Console

import nas.reproduction_claims
from nas.paper_claims import WITHIN
from nas.reproduction import Reproduction
from nas.reproduction_choice import Choice
from nas.reproduction_claims import measured_claims
from nas.reproduction_scale import load_scale
from nas.reproduction_trainings import train_networks
from results.claim_table import claim_rows
from results.paired_steps import Verdict
from search_space import R0_SP53, SPINENET_49, Architecture
from tests.nas.reproductions import write_scale


@pytest.fixture
def tiny(tmp_path: Path) -> Reproduction:
    """With all known networks trained."""
    scale = load_scale(str(write_scale(tmp_path / "tiny.toml")))
    found = Reproduction(tmp_path / "run", scale, {})
    train_networks(found, found.networks, Console(quiet=True))
    return found


@pytest.mark.parametrize(("chosen", "same"), [(SPINENET_49, True), (R0_SP53, False)])
def test_a_search_that_finds_spinenet_49_finds_one_as_good_and_it_is_said(
    chosen: Architecture, same: bool, tiny: Reproduction, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = Choice(tiny.directory, 0, chosen, 1.0)
    monkeypatch.setattr(nas.reproduction_claims, "choices", lambda _: {WITHIN: choice})
    first = measured_claims(tiny)[0]
    assert first.steps[0].same is same
    assert ("the same network on both sides" in claim_rows([first])[0][4]) is same
    assert first.verdict is Verdict.CONFIRMED or not same
