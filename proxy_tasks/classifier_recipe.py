"""What only the training of a classifier has. No torch: configs need this."""

from dataclasses import dataclass

from proxy_tasks.errors import InvalidRecipe

LIMITS = {
    "label_smoothing": (0.0, 0.99),
    "canvas": (1.0, 4.0),
    "smallest_crop": (0.01, 1.0),
    "scored_crop": (0.1, 1.0),
}


@dataclass(frozen=True, slots=True)
class ClassifierRecipe:
    """Crops and labels of a classifier's training.

    Pictures are kept with their longer side at `canvas` times the crop's, and cropped from that.
    """

    label_smoothing: float = 0.0
    canvas: float = 1.5
    smallest_crop: float = 0.08  # share of the picture's area; crops are up to all of it
    scored_crop: float = 0.875  # share of the shorter side, in the middle: of scored pictures

    def __post_init__(self) -> None:
        for name, (least, most) in LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidRecipe(
                    f"ClassifierRecipe: {name} is {value!r}; it must be in [{least:g}, {most:g}]"
                )
