"""What `Training` trains."""

from torch import Tensor, nn


class Trainable(nn.Module):
    """A network with a loss of batches: a RetinaNet, a classifier."""

    def loss(self, images: Tensor, boxes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Class loss and weighted box loss of a `Batch`'s tensors.

        Of processes that share a batch, those of all add up to the whole batch's.
        """
        raise NotImplementedError
