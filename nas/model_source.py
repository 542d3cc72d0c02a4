"""A network at a size, named on the command line."""

from dataclasses import replace

from nas.architecture_source import find_architecture
from nas.config_source import suggestion
from nas.errors import UsageError
from search_space.architecture import Architecture
from search_space.model_sizes import MODEL_SIZES, ModelSize
from search_space.resnet_fpn import ResNetFpn

MOST_PIXELS = 1 << 16
MODEL_NAMES = ", ".join(MODEL_SIZES)


def find_model(name: str, size_name: str | None) -> ModelSize:
    """A name of MODEL_SIZES, or an architecture at the size of one of them.

    Without a size name an architecture has SpineNet-49's widths, or SpineNet-Mobile-49's if it is
    of MBConv blocks. Raises UsageError, or what a store raises, where there is none.
    """
    known = MODEL_SIZES.get(name)
    body = find_architecture(name) if known is None else known.architecture
    if size_name is None:
        return replace(MODEL_SIZES[usual_size(name, body)], architecture=body)
    if not isinstance(body, Architecture):
        raise UsageError(f"{name} has a size of its own: leave --model-size out")
    return replace(_size(size_name), architecture=body)


def usual_size(name: str, body: Architecture | ResNetFpn) -> str:
    """The name of the size that a network has where none is given."""
    if name in MODEL_SIZES:
        return name
    mobile = isinstance(body, Architecture) and body.is_mobile
    return "spinenet-mobile-49" if mobile else "spinenet-49"


def find_body(name: str) -> Architecture | ResNetFpn:
    """What `find_architecture` knows, or a ResNet-FPN."""
    body = MODEL_SIZES[name].architecture if name in MODEL_SIZES else None
    return body if isinstance(body, ResNetFpn) else find_architecture(name)


def read_image_size(text: str) -> tuple[int, int]:
    """Height and width from `640` or `640x480`. Raises UsageError."""
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(
        side.isdecimal() and len(side) < 6 and 1 <= int(side) <= MOST_PIXELS for side in sides
    ):
        raise UsageError(f"--size {text}: give pixels, as in 640, or height x width, as in 640x480")
    return int(sides[0]), int(sides[-1])


def _size(name: str) -> ModelSize:
    sizes = {n: m for n, m in MODEL_SIZES.items() if isinstance(m.architecture, Architecture)}
    if name not in sizes:
        raise UsageError(f"no model size {name!r}: {suggestion(name, list(sizes))}")
    return sizes[name]
