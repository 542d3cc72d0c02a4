"""What `Training` trains."""

from torch import Tensor, nn

from proxy_tasks.batches import Batch


class Trainable(nn.Module):
    """A network with a loss of batches: a RetinaNet, a classifier."""

    def loss(self, images: Tensor, boxes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Class loss and weighted box loss of a `Batch`'s tensors.

        Of processes that share a batch, those of all add up to the whole batch's.
        """
        raise NotImplementedError

    def batch_loss(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """`loss` of a batch, of which a network may take more than its three tensors."""
        return self.loss(batch.images, batch.boxes, batch.labels)

    def trained_backbone(self) -> nn.Module:
        """The part that a search has found."""
        return self.get_submodule("backbone")
