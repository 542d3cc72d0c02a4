import pytest

from proxy_tasks.augmentation_recipe import AugmentationRecipe
from proxy_tasks.errors import InvalidRecipe


def test_by_default_images_are_mirrored_and_nothing_else() -> None:
    recipe = AugmentationRecipe()
    assert recipe.flip and recipe.maxup == 1
    assert not recipe.geometric and not recipe.photometric


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation", "noise", "cutout"])
def test_maxup_is_allowed_with_any_change_of_pixel_values(name: str) -> None:
    assert AugmentationRecipe(maxup=4, **{name: 0.5}).maxup == 4  # type: ignore[arg-type]


def test_maxup_of_equal_copies_is_refused() -> None:
    with pytest.raises(InvalidRecipe, match=r"maxup is 4, but all copies .* would be equal"):
        AugmentationRecipe(maxup=4, shift=0.1, scale_jitter=(0.5, 2.0))


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
@pytest.mark.parametrize("name", ["shift", "brightness", "contrast", "saturation", "cutout"])
def test_a_share_outside_0_to_1_is_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidRecipe, match=rf"{name} is .*; it must be in \[0, 1\]"):
        AugmentationRecipe(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("bounds", [(1.2, 0.8), (0.0, 1.0), (1.0, float("inf")), (1.0,)])
def test_a_scale_jitter_that_is_no_range_is_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(InvalidRecipe, match="scale_jitter is"):
        AugmentationRecipe(scale_jitter=bounds)


@pytest.mark.parametrize("copies", [0, 65])
def test_a_number_of_copies_that_is_none_is_refused(copies: int) -> None:
    with pytest.raises(InvalidRecipe, match=rf"maxup is {copies}; it must be in \[1, 64\]"):
        AugmentationRecipe(maxup=copies, noise=1.0)
