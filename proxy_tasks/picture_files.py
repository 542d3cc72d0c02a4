"""Picture files that no data set names, as what a detector looks at."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from proxy_tasks.image_cache import picture_on_canvas
from proxy_tasks.image_source import Index, to_device


class PictureFiles:
    """An `ImageSource` that decodes files when their pictures are asked for.

    `scales` are canvas pixels per source pixel, [N], of those that were.
    """

    def __init__(self, paths: Sequence[Path], image_size: int, device: torch.device) -> None:
        self.device = device
        self._paths, self._image_size = paths, image_size
        self.scales = np.ones(len(paths), np.float32)

    def stream(self, indices: Iterable[Index]) -> Iterator[Tensor]:
        """Raises DataError for a file that is no picture."""
        for index in indices:
            found = [picture_on_canvas(self._paths[i], self._image_size) for i in index]
            self.scales[index] = [scale for _, scale in found]
            yield to_device(np.stack([pixels for pixels, _ in found]), self.device)
