"""What tells a data set from the same directory after an edit."""

import hashlib
import json
from mimetypes import guess_type
from pathlib import Path

from nas.config import Config


def data_fingerprint(config: Config) -> str | None:
    """Digest of what the annotation files hold, and of how many images there are, of what size.

    Images are not read: a hundred thousand take 2 seconds. None where the config says all of the
    data, as of generated scenes, and where they cannot be read.
    """
    section = config.data
    if config.task.name != "detection" or not section.directory:
        return None
    directory = Path(section.directory)
    annotations, folders = [section.train], [section.images]
    if not section.holdout:
        annotations.append(section.reward)
        folders.append(section.reward_images or section.images)
    digest = hashlib.blake2b(digest_size=16)
    try:
        for name in annotations:
            with (directory / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "blake2b").digest())
        sizes = [
            path.stat().st_size
            for folder in dict.fromkeys(folders)
            for path in (directory / folder).rglob("*")
            if (guess_type(path.name)[0] or "").startswith("image/")
        ]
    except OSError:
        return None
    digest.update(json.dumps([len(sizes), sum(sizes)]).encode())
    return digest.hexdigest()
