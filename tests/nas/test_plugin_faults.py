"""Whatever a plug-in raises ends in one line that names it, and exit code 2."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from controllers import NO_METRICS, Metrics, RandomSearch
from nas.cli import main
from search_space import Genotype, SearchSpace
from tests.nas.analytic_runs import search

HERE = "tests.nas.test_plugin_faults"
FAULTS: Mapping[str, BaseException] = {
    "RuntimeError": RuntimeError("no\nway"),
    "AttributeError": AttributeError("a"),
    "StopIteration": StopIteration(),
    "SystemExit": SystemExit(0),
    "GeneratorExit": GeneratorExit(),
    "MemoryError": MemoryError(),
}


class Faulty(RandomSearch):
    """Raises `fault` in `method` once it has made three proposals."""

    def __init__(self, space: SearchSpace, seed: int, method: str, fault: str) -> None:
        super().__init__(space, seed)
        self._method, self._fault, self._proposed = method, fault, 0

    def propose(self) -> Genotype:
        self._proposed += 1
        self._fail("propose")
        return super().propose()

    def observe(
        self, genotype: Genotype, reward: float | None, metrics: Metrics = NO_METRICS
    ) -> None:
        self._fail("observe")

    def _fail(self, method: str) -> None:
        if self._method == method and self._proposed >= 3:
            raise FAULTS[self._fault]


class FaultyObjective:
    """Raises `fault`."""

    def __init__(self, fault: str) -> None:
        self._fault = fault

    def __call__(self, metrics: Mapping[str, float]) -> float:
        raise FAULTS[self._fault]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["propose", "observe"])
def test_a_controller_that_raises_is_named(
    method: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--controller.options.method", method, "--controller.options.fault", fault]
    run = tmp_path / "run"
    assert search(run, "--controller", f"{HERE}:Faulty", *options) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"nas: controller Faulty fails: {fault}")
    assert "test_plugin_faults.py:" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_an_objective_that_raises_is_named(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--search.objective", f"{HERE}:FaultyObjective"]
    run = tmp_path / "run"
    assert search(run, *words, "--search.objective_options.fault", fault) == 2
    said = capsys.readouterr().err
    assert said.startswith("nas: the objective on {'params'")
    assert f"fails: {fault}" in said
    assert said.count("\n") == 1


def test_a_controller_that_raises_in_a_replay_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert search(tmp_path / "run") == 0
    capsys.readouterr()
    for name in ("RegularizedEvolution", "RandomSearch"):
        monkeypatch.setattr(f"controllers.{name}.propose", lambda self: 1 // 0)
    assert main(["replay", str(tmp_path / "run")]) == 2
    assert "fails: ZeroDivisionError" in capsys.readouterr().err
