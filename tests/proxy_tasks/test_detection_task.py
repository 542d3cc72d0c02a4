from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from proxy_tasks.detection_task import DetectionTask
from proxy_tasks.errors import Diverged, InvalidRecipe
from proxy_tasks.recipe import (
    DetectorRecipe,
    EvaluationRecipe,
    TrainingRecipe,
)
from search_space import SPINENET_49, SPINENET_MOBILE, ModelSize, SpineNetSpace, network_cost
from tests.proxy_tasks.tiny_task import make_tiny_task


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DetectionTask:
    """The quick preset's proxy at four steps."""
    detector = DetectorRecipe(normalization="group_norm", zero_init=True)
    return make_tiny_task(tmp_path_factory.mktemp("cache"), detector=detector)


def without_times(metrics: dict[str, float]) -> dict[str, float]:
    times = ("seconds", "cpu_seconds", "latency_ms")
    return {name: value for name, value in metrics.items() if name not in times}


def test_one_seed_gives_one_result(task: DetectionTask) -> None:
    first, second = (without_times(task.evaluate(SPINENET_49, 5)) for _ in range(2))
    assert first == second


def test_it_reports_the_metrics_that_it_names(task: DetectionTask) -> None:
    assert set(task.evaluate(SPINENET_49, 5)) == set(task.METRICS)


def test_another_seed_gives_another_training(task: DetectionTask) -> None:
    losses = {task.evaluate(SPINENET_49, seed)["class_loss"] for seed in (1, 2)}
    assert len(losses) == 2


def test_stochastic_depth_draws_from_the_seed_and_leaves_torchs_generator_alone(
    task: DetectionTask,
) -> None:
    deep = replace(task, detector=replace(task.detector, stochastic_depth=0.9))
    state = torch.get_rng_state()
    first = without_times(deep.evaluate(SPINENET_49, 5))
    torch.testing.assert_close(torch.get_rng_state(), state)
    torch.rand(3)  # another place in the stream
    assert without_times(deep.evaluate(SPINENET_49, 5)) == first
    assert without_times(task.evaluate(SPINENET_49, 5)) != first


def test_spinenet_mobile_trains_with_a_separable_head(task: DetectionTask) -> None:
    fidelity = replace(task.fidelity, head_separable=True, filter_scale=0.5, steps=30)
    recipe = replace(task.detector, activation="hard_swish")
    mobile = replace(task, fidelity=fidelity, detector=recipe)
    short = replace(mobile, fidelity=replace(fidelity, steps=4))
    losses = [m.evaluate(SPINENET_MOBILE, 0) for m in (short, mobile)]
    totals = [found["class_loss"] + found["box_loss"] for found in losses]
    assert totals[1] < totals[0]


def test_a_learning_rate_out_of_bounds_is_classified_as_divergence(task: DetectionTask) -> None:
    wild = replace(task, training=TrainingRecipe(learning_rate=1e9, weight_decay=1e9))
    with pytest.raises(Diverged, match=r"not finite from step \d"):
        wild.evaluate(SPINENET_49, 0)


def test_more_steps_lower_the_loss(task: DetectionTask) -> None:
    """One architecture, fixed seed: the loss of the second half falls far beyond its spread."""
    short, longer = (
        replace(task, fidelity=replace(task.fidelity, steps=steps)).evaluate(SPINENET_49, 0)
        for steps in (4, 40)
    )
    assert longer["class_loss"] + longer["box_loss"] < short["class_loss"] + short["box_loss"]


def test_the_detector_has_the_parameters_that_its_cost_says(task: DetectionTask) -> None:
    detector = task.build(SPINENET_49, 0)
    scale = task.fidelity.backbone_scale()
    head = task.fidelity.head_scale(num_classes=4, anchors_per_cell=1)
    cost = network_cost(ModelSize(SPINENET_49, scale, head), "retinanet", 64)
    assert sum(p.numel() for p in detector.parameters()) == cost.params


def test_detections_are_inside_the_image_and_sorted_by_score(task: DetectionTask) -> None:
    detector = task.build(SPINENET_49, 0).eval()
    found = detector.detect(torch.from_numpy(task.data.reward.batch(np.arange(5))))
    assert found.boxes.min() >= 0 and found.boxes.max() <= 64
    assert (found.scores.diff(dim=1) <= 0).all()
    assert found.boxes.shape[1] <= task.limits.max_detections


def test_a_detector_whose_weights_are_not_numbers_has_diverged(task: DetectionTask) -> None:
    detector = task.build(SPINENET_49, 0)
    with torch.no_grad():
        detector.head.boxes.weight.fill_(float("nan"))
    with pytest.raises(Diverged, match="not numbers"):
        task.detect(detector, task.data.reward)


def test_training_leaves_the_shared_images_alone(task: DetectionTask) -> None:
    before = np.array(task.data.train.images)
    task.evaluate(SPINENET_49, 3)
    np.testing.assert_array_equal(before, task.data.train.images)


def test_the_real_photographs_of_bccd_train(task: DetectionTask, shared: Path) -> None:
    from proxy_tasks.coco_data import load_coco

    folder = shared / "data" / "bccd"
    if not folder.is_dir():
        pytest.skip("no bccd beside this checkout")
    cache = Path(str(task.data.train.images.filename)).parents[1]  # type: ignore[attr-defined]
    data = load_coco(folder, 64, cache, train_limit=24, reward_limit=8)
    metrics = replace(task, data=data).evaluate(SPINENET_49, 0)
    assert 0 <= metrics["AP"] <= 1


def test_every_output_level_of_an_architecture_is_trained(task: DetectionTask) -> None:
    space = SpineNetSpace(output_levels=(2, 3, 4, 5, 6))
    architecture = space.decode(space.sample(np.random.default_rng(0)))
    assert task.build(architecture, 0).backbone.levels == [2, 3, 4, 5, 6]


def test_a_candidates_latency_is_measured_beside_its_accuracy(task: DetectionTask) -> None:
    metrics = task.evaluate(SPINENET_49, 0)
    assert 0 < metrics["latency_ms"] < 1000 * metrics["seconds"]


def test_both_scorers_give_a_candidate_one_reward(task: DetectionTask) -> None:
    reference = replace(task, evaluation=EvaluationRecipe("pycocotools"))
    metrics = without_times(reference.evaluate(SPINENET_49, 5))
    assert metrics == without_times(task.evaluate(SPINENET_49, 5))


def test_a_score_on_the_way_is_that_of_a_training_that_stops_there(task: DetectionTask) -> None:
    looking = replace(task, evaluation=EvaluationRecipe(at_steps=(1, 2)))
    stopped = replace(task, fidelity=replace(task.fidelity, stop_step=2))
    curve, there = looking.evaluate(SPINENET_49, 5), stopped.evaluate(SPINENET_49, 5)
    names = ["AP", "AP50", "AP75", "AR", "class_loss", "box_loss"]
    assert {name: curve[f"{name}_at_2"] for name in names} == {name: there[name] for name in names}


def test_scores_on_the_way_change_nothing_of_the_end(task: DetectionTask) -> None:
    looking = replace(task, evaluation=EvaluationRecipe(at_steps=(1, 2)))
    metrics = without_times(looking.evaluate(SPINENET_49, 5))
    plain = without_times(task.evaluate(SPINENET_49, 5))
    assert plain == {name: metrics[name] for name in plain}


@pytest.mark.parametrize("steps", [(0,), (2, 1), (1, 1)])
def test_steps_to_score_at_rise_from_1(steps: tuple[int, ...]) -> None:
    with pytest.raises(InvalidRecipe, match="at_steps"):
        EvaluationRecipe(at_steps=steps)
