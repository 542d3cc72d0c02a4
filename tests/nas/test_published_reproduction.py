"""docs/reproduction.md against the runs that are published beside it."""

import tarfile
from pathlib import Path

import pytest

from nas.reproduce_run import TABLE
from nas.reproduction import Reproduction
from nas.reproduction_claims import measured_claims
from nas.reproduction_scale import load_scale
from results.claim_table import markdown
from results.claims import Claim

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mini")
    with tarfile.open(DOCS / "reproduction" / "mini.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "reproduction"


@pytest.fixture(scope="module")
def claims(published: Path) -> list[Claim]:
    return measured_claims(Reproduction(published, load_scale("mini"), {}))


@pytest.fixture(scope="module")
def rows(claims: list[Claim]) -> list[str]:
    found = [line for line in markdown(claims).splitlines() if line.startswith("|")]
    assert len(found) > 20
    return found


def test_the_published_runs_have_the_claims_that_were_written_when_they_ended(
    published: Path, rows: list[str]
) -> None:
    assert set(rows) <= set((published / TABLE).read_text("utf-8").splitlines())


def test_the_tables_of_the_page_are_of_the_published_runs(rows: list[str]) -> None:
    assert set(rows) <= set((DOCS / "reproduction.md").read_text("utf-8").splitlines())


def test_every_training_of_the_published_runs_is_there(claims: list[Claim]) -> None:
    steps = [step for claim in claims for step in (*claim.steps, *claim.beside)]
    assert {step.seeds for step in steps} == {15}
