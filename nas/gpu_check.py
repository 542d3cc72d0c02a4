"""Whether there are the GPUs that a search asks for."""

from nas.config import Config
from nas.errors import UsageError


def check_gpus(config: Config) -> None:
    """Refuse a search of which a worker would get no GPU: Ray would let it wait for ever.

    A cluster at an address may grow, so that workers wait there. Raises UsageError, and
    MissingDevice where there is none at all.
    """
    device, search = config.device, config.search
    if device.name == "cpu" or config.task.name != "detection" or search.address:
        return
    count = _gpus(config)
    room = count * device.workers_per_gpu
    if search.pump == "ray" and search.workers > room:
        raise UsageError(
            f"search.workers is {search.workers}, but {count} GPU{'s' * (count != 1)} have room "
            f"for {room} at device.workers_per_gpu = {device.workers_per_gpu}: give fewer workers, "
            "or let more share a GPU"
        )


def _gpus(config: Config) -> int:
    """Of the Ray cluster that this process is connected to, else of this machine."""
    if config.search.pump == "ray":
        from nas.ray_session import connected_gpus

        there = connected_gpus()
        if there is not None:
            return there
    import torch

    from proxy_tasks.device import check_device

    check_device(config.device)
    return torch.cuda.device_count()
