import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nas.cli import main
from nas.cli_export import block_specs
from proxy_tasks.backbone_file import BackboneRecipe, load_backbone, save_backbone
from search_space import PUBLISHED, SPINENET_49, Architecture, SpineNetSpace
from search_space.block_specs import from_json, to_json
from search_space.model_sizes import MODEL_SIZES
from tests.proxy_tasks.official_walk import official_walk
from tests.proxy_tasks.trained import NARROW, SMALL, trained

FROM_W = ["small.json", "--format", "onnx", "--output", "o", "--weights", "w"]
OTHERS = [*PUBLISHED.values(), SMALL]

RELU = ("--activation", "relu")  # official weights do not say theirs


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("small.json").write_text(to_json(SMALL))
    return "small.json"


def export(architecture: str, file_format: str, file: str, *more: str) -> int:
    return main(["export", architecture, "--format", file_format, "--output", file, *more])


@pytest.mark.parametrize("architecture", OTHERS)
def test_block_specs_can_be_imported_again(architecture: Architecture) -> None:
    assert from_json(block_specs(architecture)) == architecture


def test_block_specs_of_random_architectures_can_be_imported_again() -> None:
    space, rng = SpineNetSpace(), np.random.default_rng(0)
    for architecture in (space.decode(space.sample(rng)) for _ in range(50)):
        assert from_json(block_specs(architecture)) == architecture


def test_block_specs_are_the_official_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "spinenet-49", "--format", "block-specs"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0] == [2, "bottleneck", [0, 1], False]
    assert rows[-1] == [6, "bottleneck", [12, 14], True]
    assert len(rows) == 15


def test_block_specs_need_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None; from nas.cli import main;"
        "sys.exit(main(['export', 'spinenet-49', '--format', 'block-specs']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_weights_are_read_back_and_written_again_as_they_were(small: str) -> None:
    assert export(small, "safetensors", "a", "--seed", "3", "--activation", "swish") == 0
    assert export(small, "safetensors", "b", "--weights", "a") == 0
    assert Path("a").read_bytes() == Path("b").read_bytes()
    assert load_backbone(Path("b"))[0].activation == "swish"


def test_the_model_size_says_the_widths(small: str) -> None:
    assert export(small, "safetensors", "a", "--model-size", "spinenet-49s") == 0
    assert load_backbone(Path("a"))[0].scale == MODEL_SIZES["spinenet-49s"].backbone


def test_onnx_and_torch_export_hold_the_same_network(small: str) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    Path("w").write_bytes(save_backbone(trained(SMALL), BackboneRecipe(SMALL, NARROW)))
    assert export(small, "onnx", "m.onnx", "--weights", "w", "--size", "64x96") == 0
    assert export(small, "torch-export", "m.pt2", "--weights", "w", "--size", "64x96") == 0
    images = torch.randn(2, 3, 64, 96)
    first = onnxruntime.InferenceSession("m.onnx").run(None, {"images": images.numpy()})
    second = torch.export.load("m.pt2").module()(images)
    for a, b in zip(first, second, strict=True):
        assert np.abs(a - b.numpy()).max() <= 1e-4 * np.abs(a).max()


def official_weights(rows: list[Any], seed: int) -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    walk = official_walk(rows, 1.0, 0.5, 1, 256, (3, 4))
    return {name: rng.uniform(0.5, 1, shape).astype(np.float32) for name, shape in walk}


def test_official_weights_follow_the_order_of_the_inputs_in_the_file(small: str) -> None:
    """The same list with every row's inputs turned: the arrays of the resamples change places."""
    rows = [[b.level, b.block_fn, list(b.inputs), b.is_output] for b in SMALL.blocks]
    turned = [[level, fn, inputs[::-1], out] for level, fn, inputs, out in rows]
    weights = official_weights(turned, 0)
    np.savez("w.npz", *weights.values())
    Path("turned.json").write_text(
        json.dumps({"blocks": turned, "output_levels": list(SMALL.output_levels)})
    )
    assert export("turned.json", "safetensors", "a", "--weights", "w.npz", *RELU) == 0
    loaded = load_backbone(Path("a"))[1].get_parameter("blocks.3.resample.0.reduce.conv.weight")
    wanted = weights["block1.resample1.reduce.kernel"].transpose(3, 2, 0, 1)
    assert np.array_equal(loaded.detach().numpy(), wanted)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["spinenet-49"], "required: --format"),
        (["spinenet-49", "--format", "onnx"], "needs --output FILE"),
        (["spinenet-49", "--format", "block-specs", "--seed", "1"], "--seed is of no use"),
        (["spinenet-49", "--format", "block-specs", "--model-size", "x"], "no model size 'x'"),
        (["spinenet-49", "--format", "safetensors", "--output", "o", "--size", "64"], "--size is"),
        (["spinenet-49", "--format", "onnx", "--output", "o", "--size", "64x"], "--size 64x: give"),
        (["spinenet-49", "--format", "onnx", "--output", "o", "--size", "8193"], "at most 8192"),
        (
            ["spinenet-49", "--format", "onnx", "--output", "o", "--size", "0"],
            "--size 0: give",
        ),
        (["spinenet-49", "--format", "onnx", "--output", "o", "--seed", "-1"], "--seed -1"),
        (["spinenet-49", "--format", "onnx", "--output", "o", "--activation", "gelu"], "'gelu'"),
        (["spinenet-49", "--format", "onnx", "--output", "o", "--weights", "no"], "No such file"),
        (
            ["spinenet-49", "--format", "onnx", "--output", "o", "--weights", "no.npz"],
            "give --activation",
        ),
        (["spinenet-49", "--format", "safetensors", "--output", "o", "--weights", "w"], "not of"),
        (
            [*FROM_W, "--activation", "swish"],
            "--activation swish is not what w holds, activation relu: leave the option out",
        ),
        (
            [*FROM_W, "--model-size", "spinenet-96"],
            "--model-size spinenet-96 is not what w holds",
        ),
        (
            [*FROM_W, "--seed", "1"],
            "--seed and --weights",
        ),
        (
            ["small.json", "--format", "onnx", "--output", "o", "--weights", "few.npz", *RELU],
            "array 0, stem.conv.kernel: has shape (3,) where (7, 7, 3, 64) is wanted",
        ),
        (
            ["small.json", "--format", "onnx", "--output", "o", "--weights", "named.npz", *RELU],
            "numpy.savez(FILE, *arrays)",
        ),
        (
            ["small.json", "--format", "onnx", "--output", "o", "--weights", "broken.npz", *RELU],
            "broken.npz is no .npz of numbers",
        ),
    ],
)
def test_a_mistake_ends_in_one_line_and_writes_nothing(
    words: list[str], message: str, small: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if "w" in words:
        assert export(small, "safetensors", "w") == 0
    np.savez("few.npz", np.zeros(3))
    np.savez("named.npz", kernel=np.zeros(3))
    Path("broken.npz").write_text("nothing")
    assert main(["export", *words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("nas: ") and said.count("\n") == 1
    assert message in said
    assert not Path("o").exists()


def test_spinenet_49_is_what_its_safetensors_holds(tmp_path: Path) -> None:
    file = tmp_path / "w"
    assert export("spinenet-49", "safetensors", str(file), "--model-size", "spinenet-49s") == 0
    assert load_backbone(file, SPINENET_49)[0].architecture == SPINENET_49
