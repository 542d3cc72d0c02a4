"""The torch device of a recipe, and what a network is on it."""

import torch

from proxy_tasks.detector import Detector
from proxy_tasks.device_recipe import DeviceRecipe
from proxy_tasks.errors import MissingDevice


def check_device(recipe: DeviceRecipe) -> None:
    """Raises MissingDevice where there is no GPU and the recipe asks for one."""
    if recipe.name == "cuda" and not torch.cuda.is_available():
        why = "no driver or no card" if torch.version.cuda else "this torch is built without CUDA"
        raise MissingDevice(
            f"device.name is 'cuda', but torch finds no GPU ({why}): --device.name cpu trains on "
            "the CPU"
        )


def torch_device(recipe: DeviceRecipe) -> torch.device:
    """With a number, as torch's own comparisons need."""
    return torch.device("cuda", 0) if recipe.name == "cuda" else torch.device("cpu")


def on_device(detector: Detector, recipe: DeviceRecipe) -> Detector:
    """The detector moved there; on a GPU with kernels in channels_last, as activations are."""
    detector.to(torch_device(recipe))
    if recipe.name == "cuda":
        detector.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        # Its shapes return in candidate after candidate: the fastest kernel for each is kept.
        torch.backends.cudnn.benchmark = True
        detector.compile_loss = recipe.compile_loss
    return detector
