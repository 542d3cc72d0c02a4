import io
import json
import logging
import sys
from importlib.metadata import version

import numpy as np
import pytest
import torch

from proxy_tasks.backbone import SpineNetBackbone
from proxy_tasks.errors import MissingExtra
from proxy_tasks.export import OPSET, onnx_bytes, program_bytes
from proxy_tasks.features_only import FeaturesOnly
from search_space import SPINENET_49, Architecture, SpineNetSpace
from tests.proxy_tasks.trained import SMALL, relative_errors, trained

SIZE = (128, 64)


def random_network() -> Architecture:
    """Of few blocks: bottlenecks and residual blocks, of the outputs too."""
    space = SpineNetSpace(intermediates={4: 1})
    rng = np.random.default_rng(0)
    while True:
        architecture = space.decode(space.sample(rng))
        if {b.block_fn for b in architecture.blocks[1:]} == {"bottleneck", "residual"}:
            return architecture


def relative_errors_of(onnx_model: bytes, backbone: SpineNetBackbone, *size: int) -> list[float]:
    onnxruntime = pytest.importorskip("onnxruntime")
    images = torch.randn(3, 3, *size)  # another batch size than it was made with
    with torch.no_grad():
        wanted = FeaturesOnly(backbone)(images)
    session = onnxruntime.InferenceSession(onnx_model)
    names = [f"p{level}" for level in backbone.levels]
    found = session.run(names, {"images": images.numpy()})
    return relative_errors([torch.from_numpy(y) for y in found], wanted)


@pytest.fixture(scope="module")
def backbone() -> SpineNetBackbone:
    return trained(random_network(), activation="swish")


@pytest.fixture(scope="module")
def onnx_model(backbone: SpineNetBackbone) -> bytes:
    return onnx_bytes(backbone, SIZE)


def test_onnx_of_spinenet_49_gives_its_maps_at_a_size_that_is_no_multiple_of_128() -> None:
    backbone = trained(SPINENET_49)
    assert max(relative_errors_of(onnx_bytes(backbone, (100, 136)), backbone, 100, 136)) < 1e-4


def test_onnx_of_a_random_network_with_residual_blocks_gives_its_maps(
    onnx_model: bytes, backbone: SpineNetBackbone
) -> None:
    assert max(relative_errors_of(onnx_model, backbone, *SIZE)) < 1e-4


def test_onnx_says_its_names_its_free_batch_and_its_opset(onnx_model: bytes) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(onnx_model)
    onnx.checker.check_model(model, full_check=True)
    (images,) = model.graph.input
    batch, *sizes = images.type.tensor_type.shape.dim
    assert (images.name, [dim.dim_value for dim in sizes]) == ("images", [3, *SIZE])
    assert batch.dim_param == "batch"
    outputs = [output.type.tensor_type.shape.dim[0] for output in model.graph.output]
    assert [dim.dim_param for dim in outputs] == ["batch"] * 5
    assert [output.name for output in model.graph.output] == ["p3", "p4", "p5", "p6", "p7"]
    assert [opset.version for opset in model.opset_import] == [OPSET]


def test_onnx_holds_what_it_is_of_and_how_its_input_is_made(
    onnx_model: bytes, backbone: SpineNetBackbone
) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(onnx_model)
    found = session.get_modelmeta().custom_metadata_map
    assert found["spinenas.architecture"] == random_network().key
    assert found["spinenas.image_size"] == "128x64"  # height first
    assert found["spinenas.version"] == version("spinenas")
    assert found["spinenas.input"].startswith("RGB")
    assert json.loads(found["spinenas.mean"]) == [0.485, 0.456, 0.406]
    assert json.loads(found["spinenas.std"]) == [0.229, 0.224, 0.225]
    names = [value.shape[0] for value in (*session.get_inputs(), *session.get_outputs())]
    assert names == ["batch"] * 6


def test_a_program_of_torch_export_gives_the_maps_again() -> None:
    backbone = trained(SMALL, activation="hard_swish")
    program = torch.export.load(io.BytesIO(program_bytes(backbone, (65, 100))))
    images = torch.randn(4, 3, 65, 100)
    with torch.no_grad():
        found, wanted = program.module()(images), FeaturesOnly(backbone)(images)
    assert max(relative_errors(found, wanted)) < 1e-5


def test_exporting_prints_nothing(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        onnx_bytes(trained(SMALL), (64, 64))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.mark.parametrize("library", ["onnx", "onnxscript"])
def test_a_missing_library_is_said_with_the_extra_that_brings_it(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=rf"{library} .*pip install 'spinenas\[export\]'"):
        onnx_bytes(trained(SMALL), (64, 64))
