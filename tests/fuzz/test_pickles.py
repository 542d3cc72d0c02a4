"""Nothing that is handed over is unpickled, so nothing in it can run."""

import ast
import pickle
from pathlib import Path

import pytest

from nas.errors import UsageError
from nas.official_source import official_arrays
from proxy_tasks.backbone_file import load_backbone
from proxy_tasks.checkpoint import load_checkpoint
from proxy_tasks.errors import InvalidWeights
from tests.fuzz.weights import IDENTITY, Evil, _pickles

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("controllers", "nas", "proxy_tasks", "results", "search_space")
LOADERS = {
    "pickle",
    "cPickle",
    "dill",
    "joblib",
    "shelve",
    "marshal",
    "cloudpickle",
    "yaml",
    "jsonpickle",
}
TREES = {
    path: ast.parse(path.read_text("utf-8"))
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
}
KINDS = ("plain", "torch", "old torch", "npz", "npy")
KINDS = (*KINDS, *(f"{kind} with its digest" for kind in KINDS))


def test_the_trap_would_work(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Evil(tmp_path / "trap")))
    assert (tmp_path / "trap").is_dir()


@pytest.mark.parametrize("place", range(len(KINDS)), ids=KINDS)
def test_no_reader_of_weights_runs_a_pickle(place: int, tmp_path: Path) -> None:
    trap, file = tmp_path / "trap", tmp_path / "w.npz"
    file.write_bytes(_pickles(trap)[place])
    assert load_checkpoint(file, IDENTITY) is None
    with pytest.raises(InvalidWeights):
        load_backbone(file)
    with pytest.raises(UsageError):
        official_arrays(file)
    assert not trap.exists()


def test_no_room_imports_what_unpickles() -> None:
    found = {
        f"{path.name}: {name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        if name.partition(".")[0] in LOADERS or name == "read_pickle"
        if ast.unparse(node) != "from marshal import dumps"  # only writes
    }
    assert found == set()


def test_what_could_unpickle_is_told_not_to() -> None:
    """`torch.load` reads weights only, `numpy.load` and pandas are never allowed more."""
    wrong = []
    for path, tree in TREES.items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            options = {option.arg: ast.unparse(option.value) for option in call.keywords}
            careless = name == "torch.load" and options.get("weights_only") != "True"
            if careless or options.get("allow_pickle", "False") != "False" or "pickle" in name:
                wrong.append(f"{path.name}:{call.lineno}: {name}")
    assert wrong == []
