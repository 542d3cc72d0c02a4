"""What holds for every text, document and list of words that hypothesis finds."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nas.config_source import check_config, load_config
from nas.errors import UsageError
from proxy_tasks.coco_annotations import read_annotations
from proxy_tasks.errors import DataError
from search_space.block_specs import from_json, to_json
from search_space.errors import InvalidArchitecture
from tests.fuzz.command import nas
from tests.proxy_tasks.coco_folder import annotations

QUICK = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12
)
SECTIONS = ("images", "annotations", "categories")
FIELDS = (
    "id",
    "image_id",
    "category_id",
    "bbox",
    "area",
    "iscrowd",
    "width",
    "height",
    "file_name",
    "name",
)
CONFIG = load_config("smoke", {}).as_dict()
NAMES = [(section, name) for section, fields in CONFIG.items() for name in fields]


@given(DOCUMENTS | st.lists(st.lists(DOCUMENTS, min_size=4, max_size=4)))
@QUICK
def test_a_document_is_an_architecture_that_comes_back_or_is_refused(document: Any) -> None:
    try:
        network = from_json(json.dumps(document))
    except InvalidArchitecture as error:
        assert "\n" not in str(error)
    else:
        assert from_json(to_json(network)) == network


@given(st.sampled_from(SECTIONS), st.integers(0, 3), st.sampled_from(FIELDS), DOCUMENTS)
@QUICK
def test_annotations_are_in_order_or_refused(
    section: str, place: int, field: str, value: Any
) -> None:
    document = annotations(1, 3)
    rows = document[section]
    rows[place % len(rows)][field] = value
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.json"
        path.write_text(json.dumps(document))
        try:
            found = read_annotations(path)
        except DataError as error:
            assert "\n" not in str(error)
            return
    sizes = {image.id: (image.width, image.height) for image in found.images}
    for record in found.objects:
        x1, y1, x2, y2 = record.box
        width, height = sizes[record.image_id]
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height


@given(st.sampled_from(NAMES), DOCUMENTS.filter(lambda value: value is not None))
@QUICK
def test_a_config_is_written_as_it_was_read_or_refused(place: tuple[str, str], value: Any) -> None:
    section, name = place
    document = {**CONFIG, section: {**CONFIG[section], name: value}}
    try:
        config = check_config(document, "file.toml")
    except UsageError as error:
        assert len(str(error)) < 1000
    else:
        text = tomli_w.dumps(config.as_dict())
        assert text.encode().decode() == text


WORDS = st.lists(
    st.text(max_size=8) | st.sampled_from(["--top", "--format", "json", "--size", "show", "="])
)


@given(st.sampled_from(["show", "cost", "space", "leaderboard", "export"]), WORDS)
@QUICK
def test_any_words_end_in_a_result_or_one_line(command: str, words: list[str]) -> None:
    with TemporaryDirectory() as folder:
        nas([command, *words], Path(folder))
