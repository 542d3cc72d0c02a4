import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_tasks.coco_annotations import CocoAnnotations, read_annotations
from proxy_tasks.errors import DataError
from tests.proxy_tasks.coco_folder import CocoFolder, annotations


def read(data: object) -> CocoAnnotations:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "annotations.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return read_annotations(path)


def refusal(data: object) -> str:
    with pytest.raises(DataError) as caught:
        read(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value of a JSON document stands."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, (dict, list)):
            yield from places(child, (*path, key))


SOUND = annotations(1, 3)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_records_are_read_as_they_stand() -> None:
    file = read(SOUND)
    assert [image.id for image in file.images] == [1, 2, 3]
    assert file.categories == ((3, "dog"), (7, "cat"))
    assert file.objects[0].box == (4, 6, 20, 18)
    assert [o.crowd for o in file.objects] == [False, False, False, True]


def test_an_area_is_the_masks_or_else_the_boxes() -> None:
    assert [o.area for o in read(SOUND).objects] == [192, 192, 192, 123.5]


def test_pictures_without_an_object_are_kept() -> None:
    data = {**SOUND, "annotations": SOUND["annotations"][:1]}
    assert len(read(data).images) == 3


@given(x=st.floats(-60, 60), y=st.floats(-60, 60), w=st.floats(0.01, 200), h=st.floats(0.01, 200))
def test_a_box_is_clipped_to_its_picture_or_refused_outside(
    x: float, y: float, w: float, h: float
) -> None:
    record = {"id": 5, "image_id": 1, "category_id": 7, "bbox": [x, y, w, h]}
    data = {**SOUND, "annotations": [record]}
    expected = (max(x, 0), max(y, 0), min(x + w, 40), min(y + h, 30))
    if expected[0] < expected[2] and expected[1] < expected[3]:
        assert read(data).objects[0].box == expected
    else:
        assert "no part inside image 1, 40 x 30 px" in refusal(data)


@given(st.integers(0, len(json.dumps(SOUND)) - 1))
def test_a_file_cut_anywhere_is_refused(length: int) -> None:
    assert "not whole JSON" in refusal(json.dumps(SOUND).encode()[:length])


@given(st.sampled_from(list(places(SOUND))), JSON_VALUES)
def test_any_value_in_any_place_is_read_or_refused_in_one_line(
    place: tuple[Any, ...], value: object
) -> None:
    data = json.loads(json.dumps(SOUND))
    parent = data
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    try:
        read(data)
    except DataError as error:
        assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize("content", [b"\xff\xd8\xff\xe0 a jpeg", b"[" * 100_000, b"", b"id,x\n1,2"])
def test_what_is_not_json_is_refused(content: bytes) -> None:
    assert "not whole JSON" in refusal(content)


def test_a_results_file_is_told_from_annotations() -> None:
    assert "holds a list" in refusal(SOUND["annotations"])


@pytest.mark.parametrize("section", ["images", "annotations", "categories"])
def test_a_section_that_is_missing_empty_or_no_list_is_refused(section: str) -> None:
    broken_values: list[object] = [None, [], {}, 5]
    for broken in broken_values:
        assert f"'{section}'" in refusal({**SOUND, section: broken})


@pytest.mark.parametrize("section", ["images", "annotations", "categories"])
def test_a_repeated_id_is_refused(section: str) -> None:
    doubled = [*SOUND[section], SOUND[section][0]]
    assert "is there twice" in refusal({**SOUND, section: doubled})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bbox": [4, 6, 0, 12]}, "0 px wide"),
        ({"bbox": [4, 6, 16, -2]}, "-2 px high"),
        ({"bbox": [4, 6, float("nan"), 12]}, "four finite numbers"),
        ({"bbox": [4, float("inf"), 16, 12]}, "four finite numbers"),
        ({"bbox": [4, 6, 16]}, "four finite numbers"),
        ({"bbox": None}, "bbox is missing"),
        ({"bbox": [40, 6, 16, 12]}, "no part inside image 1"),
        ({"image_id": 99}, "image_id 99 is not in 'images'"),
        ({"category_id": 4}, "category_id 4 is not in 'categories'"),
        ({"category_id": "7"}, "category_id is '7'"),
        ({"iscrowd": 2}, "iscrowd is 2"),
        ({"area": -1}, "area is -1"),
        ({"id": True}, "id is True"),
    ],
)
def test_a_bad_annotation_is_named_with_its_value(change: dict[str, Any], said: str) -> None:
    record = {**SOUND["annotations"][0], **change}
    assert said in refusal({**SOUND, "annotations": [record]})


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../1.png", "a/../../1.png", "..\\1.png", "C:\\1.png", ".", "a\0.png"]
)
def test_a_file_name_that_leaves_the_image_folder_is_refused(name: str) -> None:
    image = {**SOUND["images"][0], "file_name": name}
    assert "leads out of the image folder" in refusal({**SOUND, "images": [image]})


def test_a_picture_of_no_size_is_refused() -> None:
    image = {**SOUND["images"][0], "height": 0}
    assert "size 40 x 0" in refusal({**SOUND, "images": [image]})


def test_a_file_of_crowds_only_is_refused() -> None:
    assert "no object to learn from" in refusal({**SOUND, "annotations": SOUND["annotations"][3:]})


def test_a_missing_file_is_named(coco_folder: CocoFolder) -> None:
    with pytest.raises(DataError, match=r"instances_test\.json: no such annotation file"):
        read_annotations(coco_folder.file("test"))


def test_genuine_coco_files_are_read(shared: Path) -> None:
    """Counts from the data set's README."""
    folder = shared / "data" / "coco_ccby_mini" / "annotations"
    train = read_annotations(folder / "instances_train.json")
    val = read_annotations(folder / "instances_val.json")
    assert (len(train.images), len(train.objects), sum(o.crowd for o in train.objects)) == (
        24,
        256,
        4,
    )
    assert (len(val.images), len(val.objects), sum(o.crowd for o in val.objects)) == (40, 391, 6)
    assert train.categories[-1] == (90, "toothbrush")
    assert len(train.categories) == 80


@pytest.mark.parametrize("bbox", [[4, 6, 16, 0], [4, 6, 0.0, 12]])
def test_empty_boxes_can_be_left_out_as_genuine_coco_needs(
    coco_folder: CocoFolder, bbox: list[float]
) -> None:
    coco_folder.train["annotations"][0]["bbox"] = bbox
    coco_folder.save()
    with pytest.raises(DataError, match=r"data\.drop_empty_boxes = true"):
        coco_folder.load()
    data = coco_folder.load(drop_empty_boxes=True)
    assert len(data.train.boxes) == len(coco_folder.train["annotations"]) - 1


def test_a_box_of_negative_height_is_no_empty_one(coco_folder: CocoFolder) -> None:
    coco_folder.train["annotations"][0]["bbox"] = [4, 6, 16, -2]
    coco_folder.save()
    with pytest.raises(DataError, match="-2 px high"):
        coco_folder.load(drop_empty_boxes=True)
