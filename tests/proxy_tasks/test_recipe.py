from dataclasses import replace

import pytest

from proxy_tasks.errors import InvalidRecipe
from proxy_tasks.layers import ACTIVATIONS, NORMALIZATIONS
from proxy_tasks.recipe import AnchorScale, DetectorRecipe, Fidelity, MatchScale, TrainingRecipe
from search_space import InvalidSpace

FIDELITY = Fidelity(
    steps=4,
    batch_size=2,
    image_size=64,
    filter_scale=0.125,
    resample_alpha=0.5,
    endpoint_filters=16,
    head_convs=1,
    head_filters=16,
)


def test_one_fidelity_has_one_canonical_text() -> None:
    assert FIDELITY.canonical() == replace(FIDELITY).canonical()
    assert FIDELITY.canonical() != replace(FIDELITY, steps=5).canonical()


@pytest.mark.parametrize("name", ["steps", "batch_size", "image_size", "train_images"])
def test_a_fidelity_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidRecipe, match=f"{name} is 0"):
        replace(FIDELITY, **{name: 0})


def test_a_width_that_leaves_no_channel_is_refused() -> None:
    with pytest.raises(InvalidSpace, match="filter_scale"):
        replace(FIDELITY, filter_scale=0.001)


def test_an_unknown_normalization_names_the_known_ones() -> None:
    with pytest.raises(InvalidRecipe, match=r"'layer_norm'; known: .*group_norm"):
        DetectorRecipe(normalization="layer_norm")


def test_background_cannot_begin_above_the_positives() -> None:
    with pytest.raises(InvalidRecipe, match=r"negative is 0\.6"):
        MatchScale(positive=0.5, negative=0.6)


def test_the_papers_anchors_are_nine_a_cell() -> None:
    assert AnchorScale().per_cell == 9


def test_a_fidelity_of_an_older_run_is_still_itself() -> None:
    """Stores hold the text: a field that was added later is not in it at its default."""
    assert "separable" not in FIDELITY.canonical()
    assert "separable" in replace(FIDELITY, head_separable=True).canonical()


def test_precision_is_part_of_a_trials_identity_where_it_is_not_float32() -> None:
    assert "precision" not in FIDELITY.canonical()
    half = replace(FIDELITY, precision="bf16")
    assert Fidelity.from_canonical(half.canonical()) == half


def test_a_drop_rate_of_one_is_refused() -> None:
    with pytest.raises(InvalidRecipe, match="stochastic_depth is 1"):
        DetectorRecipe(stochastic_depth=1.0)


def test_a_config_may_name_every_normalization_and_activation_that_there_is() -> None:
    """The recipe holds the names once more, as configs must be read without torch."""
    for name in NORMALIZATIONS:
        assert DetectorRecipe(normalization=name).normalization == name
    for name in ACTIVATIONS:
        assert DetectorRecipe(activation=name).activation == name


@pytest.mark.parametrize("shares", [(), (0.9, 0.8), (0.8, 0.8)])
def test_a_stepped_schedule_needs_rising_shares(shares: tuple[float, ...]) -> None:
    with pytest.raises(InvalidRecipe, match="'step' needs at least one share of the steps"):
        TrainingRecipe(0.1, schedule="step", decay_at=shares)


def test_a_cosine_takes_no_shares() -> None:
    with pytest.raises(InvalidRecipe, match=r"schedule is 'cosine': only 'step' decays there"):
        TrainingRecipe(0.1, decay_at=(0.5,))
