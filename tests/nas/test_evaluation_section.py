import pytest

from nas.compose import make_detection_task
from nas.config_source import check_config, load_config
from nas.errors import UsageError


def test_a_config_of_before_there_was_a_choice_scores_with_hotcoco() -> None:
    document = load_config("quick", {}).as_dict()
    del document["evaluation"]
    assert check_config(document, "config of an old run").evaluation.scorer == "hotcoco"


def test_the_scorer_reaches_the_task(tmp_path_factory: pytest.TempPathFactory) -> None:
    given = {
        "evaluation.scorer": "pycocotools",
        "data.cache": str(tmp_path_factory.mktemp("cache")),
        "data.scenes_train": "1",
        "data.scenes_reward": "1",
    }
    task = make_detection_task(load_config("quick", given))
    assert task.evaluation.scorer == "pycocotools"


def test_an_unknown_scorer_is_a_usage_error_that_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"scorer is 'coco'; known: .*hotcoco.*pycocotools"):
        load_config("quick", {"evaluation.scorer": "coco"})
