"""The file in the package, as it is."""

import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nas.config_source import load_config
from proxy_tasks.recipe import Fidelity
from proxy_tasks.spinebench import spinebench
from proxy_tasks.spinebench_figures import network_sources
from proxy_tasks.spinebench_file import (
    SpineBench,
    packed_file,
    read_spinebench,
    write_spinebench,
)
from proxy_tasks.spinebench_promise import what_is_missing
from proxy_tasks.spinebench_surrogate import SpineBenchSurrogate
from search_space import backbone_cost
from search_space.block_specs import from_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bench() -> SpineBench:
    return read_spinebench()


def test_it_is_small_and_git_keeps_it() -> None:
    """What git ignores is not in the wheel either."""
    assert packed_file().stat().st_size < 1_000_000
    ignored = subprocess.run(["git", "check-ignore", "-q", packed_file()], cwd=ROOT, check=False)
    assert ignored.returncode == 1 or not (ROOT / ".git").exists()


def test_a_key_is_that_of_its_blocks(bench: SpineBench) -> None:
    known = dict(zip(bench.columns["key"], bench.columns["blocks"], strict=True))
    assert [from_json(blocks).key for blocks in known.values()] == [*known]


def test_its_fidelities_are_the_presets(bench: SpineBench) -> None:
    for name in ("quick", "default"):
        assert bench.fidelities[name] == load_config(name, {}).fidelity


def test_norms_and_costs_are_those_of_the_networks(bench: SpineBench) -> None:
    for row in range(0, len(bench), 25):
        fidelity: Fidelity = bench.fidelities[bench.columns["fidelity"][row]]
        body = from_json(bench.columns["blocks"][row])
        cost = backbone_cost(body, fidelity.backbone_scale(), fidelity.image_size)
        assert bench.columns["norms"][row] == cost.norms
        assert bench.columns["params"][row] > cost.params  # and a head


def test_scores_are_what_they_can_be(bench: SpineBench) -> None:
    rows = [row for row, failure in enumerate(bench.columns["failure"]) if failure is None]
    ap, ap50, ap75 = (
        np.array([bench.columns[name][row] for row in rows]) for name in ("AP", "AP50", "AP75")
    )
    assert ((ap >= 0) & (ap <= ap50) & (ap75 <= ap50) & (ap50 <= 1)).all()


def test_a_training_is_there_once(bench: SpineBench) -> None:
    names = ("key", "fidelity", "seed")
    assert max(Counter(zip(*(bench.columns[name] for name in names), strict=True)).values()) == 1


def test_the_surrogate_is_near_what_was_measured_of_networks_that_it_does_not_know(
    bench: SpineBench, tmp_path: Path
) -> None:
    out = [*dict.fromkeys(bench.columns["key"])][:60]
    rows = [
        dict(zip(bench.columns, row, strict=True))
        for row in zip(*bench.columns.values(), strict=True)
    ]
    path = tmp_path / "without.parquet"
    write_spinebench([row for row in rows if row["key"] not in out], bench.about, path)
    table, surrogate = spinebench("table"), spinebench("surrogate", str(path), noise=0.0)
    blocks = dict(zip(bench.columns["key"], bench.columns["blocks"], strict=True))
    bodies = [from_json(blocks[key]) for key in out]
    measured = [table.evaluate(body, 0)["AP"] for body in bodies]
    learnt = [surrogate.evaluate(body, 0)["AP"] for body in bodies]
    # Of 60 unrelated pairs: above 0.6 less than once in a hundred thousand.
    assert np.corrcoef(measured, learnt)[0, 1] > 0.6


def test_it_says_how_good_its_surrogate_is(bench: SpineBench) -> None:
    held_out = bench.about["surrogate"]["held_out"]
    assert held_out["kendall"]["low"] > 0.4
    assert held_out["coverage"]["0.9"] == pytest.approx(0.9, abs=0.05)
    assert sum(held_out["pit"]) == pytest.approx(1)


def test_it_says_how_good_it_is_where_a_source_was_left_out(bench: SpineBench) -> None:
    accuracy = SpineBenchSurrogate().accuracy
    sources = set(network_sources(bench).values())
    assert {*accuracy.left_out} <= {*accuracy.by_source} <= sources
    assert len(accuracy.left_out) >= 2
    for found in (*accuracy.by_source.values(), *accuracy.left_out.values()):
        assert found.kendall.low < found.kendall.tau < found.kendall.high


def test_it_says_whether_it_is_preliminary(bench: SpineBench) -> None:
    assert bench.about["preliminary"] == bool(what_is_missing(bench))


def test_it_has_what_was_promised(bench: SpineBench) -> None:
    if bench.about["preliminary"]:
        pytest.skip("the file is preliminary")
    assert what_is_missing(bench) == []
