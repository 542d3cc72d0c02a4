"""How training images are changed each time that they are seen. No torch: configs need this."""

from dataclasses import dataclass

from proxy_tasks.errors import InvalidRecipe

SMALLEST_SCALE, LARGEST_SCALE = 0.05, 10.0
MOST_COPIES = 64


@dataclass(frozen=True, slots=True)
class AugmentationRecipe:
    """Geometry (flip, scale jitter, shift), photometry (the rest), and MaxUp of the photometry.

    The paper's recipes have the flip and a scale jitter: [0.8, 1.2] in its controlled
    comparisons, [0.5, 2.0] in its main results. Images are evaluated as they are.
    """

    flip: bool = True  # mirror each image with probability 1/2
    # Bounds of the factor that a picture is scaled by, before a crop or grey fills the canvas.
    scale_jitter: tuple[float, float] = (1.0, 1.0)
    shift: float = 0.0  # farthest move along each axis, as a share of the canvas's side
    brightness: float = 0.0  # b: all values times a factor from [1 - b, 1 + b]
    contrast: float = 0.0  # c: distances from the image's mean grey times one from [1 - c, 1 + c]
    saturation: float = 0.0  # s: distances from each pixel's grey times one from [1 - s, 1 + s]
    noise: float = 0.0  # standard deviation of Gaussian noise, in levels of 0..255
    cutout: float = 0.0  # side of a grey square put anywhere, as a share of the canvas's side
    maxup: int = 1  # copies with a photometry of their own, the worst of which is trained on

    def __post_init__(self) -> None:
        shares = ("shift", "brightness", "contrast", "saturation", "cutout")
        most = {**dict.fromkeys(shares, 1.0), "noise": 255.0}
        for name, limit in most.items():
            self._check(name, 0 <= getattr(self, name) <= limit, f"in [0, {limit:g}]")
        self._check("maxup", 1 <= self.maxup <= MOST_COPIES, f"in [1, {MOST_COPIES}]")
        self._check(
            "scale_jitter",
            len(self.scale_jitter) == 2
            and SMALLEST_SCALE <= self.scale_jitter[0] <= self.scale_jitter[1] <= LARGEST_SCALE,
            f"[least, most], the least first, both in [{SMALLEST_SCALE:g}, {LARGEST_SCALE:g}]",
        )
        if self.maxup > 1 and not self.photometric:
            raise InvalidRecipe(
                f"AugmentationRecipe: maxup is {self.maxup}, but all copies of an image would be"
                " equal: turn on brightness, contrast, saturation, noise or cutout, or leave"
                " maxup at 1"
            )

    def _check(self, name: str, valid: bool, rule: str) -> None:
        if not valid:
            value = getattr(self, name)
            raise InvalidRecipe(f"AugmentationRecipe: {name} is {value!r}; it must be {rule}")

    @property
    def geometric(self) -> bool:
        """Whether images are moved, besides being mirrored."""
        return self.shift > 0 or tuple(self.scale_jitter) != (1.0, 1.0)

    @property
    def photometric(self) -> bool:
        """Whether the values of pixels are changed: what two copies of an image differ by."""
        return any((self.brightness, self.contrast, self.saturation, self.noise, self.cutout))
