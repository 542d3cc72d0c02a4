"""Pictures as one reads them in plain PyTorch: a DataLoader that flips and collates one by one."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, RandomSampler

from proxy_tasks.detection_dataset import DetectionSplit

Target = tuple[Tensor, Tensor]  # boxes, labels


class Pictures(Dataset):
    """One picture, `[3, S, S]` normalised and mirrored by chance, with its objects."""

    def __init__(self, split: DetectionSplit, mean: Tensor, std: Tensor) -> None:
        self.split, self.mean, self.std = split, mean[:, None, None], std[:, None, None]

    def __len__(self) -> int:
        return len(self.split)

    def __getitem__(self, index: int) -> tuple[Tensor, Target]:
        image = torch.from_numpy(self.split.batch(np.array([index]))[0]).permute(2, 0, 1)
        boxes, labels = map(torch.from_numpy, self.split.targets(index))
        image = (image.float() - self.mean) / self.std
        if torch.rand(()) < 0.5:
            width = image.shape[2]
            image = image.flip(2)
            boxes = torch.stack(
                [width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1
            )
        return image, (boxes, labels)


def loader(split: DetectionSplit, mean: Tensor, std: Tensor, batch_size: int) -> Iterator:
    """Batches without end, in this process: its time is the step's."""
    pictures = Pictures(split, mean, std)
    sampler = RandomSampler(pictures, num_samples=10**9, replacement=True)
    batches = DataLoader(
        pictures,
        batch_size,
        sampler=sampler,
        collate_fn=lambda items: (torch.stack([i for i, _ in items]), [t for _, t in items]),
    )
    return iter(batches)
