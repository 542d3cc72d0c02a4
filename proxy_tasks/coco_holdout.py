"""Images of a train file that are kept from training, to score candidates on."""

from dataclasses import replace

import numpy as np

from proxy_tasks.coco_annotations import CocoAnnotations
from proxy_tasks.errors import DataError


def hold_out(
    file: CocoAnnotations, count: int, rng: np.random.Generator
) -> tuple[CocoAnnotations, CocoAnnotations]:
    """What is left to train on, and `count` of the pictures with their objects.

    The paper holds 7,392 of train2017 out (section 5.1). Raises DataError where nothing would be
    left on one side.
    """
    if not 1 <= count < len(file.images):
        raise DataError(
            f"{file.path}: cannot hold {count} of its {len(file.images)} pictures out;"
            " each side needs at least one"
        )
    held = set(rng.permutation(len(file.images))[:count].tolist())
    sides = []
    for name, wanted in (("left to train on", False), ("held out", True)):
        images = tuple(v for i, v in enumerate(file.images) if (i in held) == wanted)
        ids = {image.id for image in images}
        objects = tuple(o for o in file.objects if o.image_id in ids)
        if all(o.crowd for o in objects):
            raise DataError(
                f"{file.path}: none of the {len(images)} pictures {name} has an object;"
                " change their number or the seed"
            )
        sides.append(replace(file, images=images, objects=objects))
    return sides[0], sides[1]
