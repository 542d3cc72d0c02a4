"""The files below a folder, to tell whether anything has touched them."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path


def snapshot(folder: Path, besides: Iterable[Path] = ()) -> dict[str, tuple[object, ...]]:
    """Kind, size, time of change and link of every entry that is not in or above `besides`."""
    left_out = [str(path.resolve()) for path in besides]
    found: dict[str, tuple[object, ...]] = {}
    queue = [str(folder.resolve())]
    while queue:
        with os.scandir(queue.pop()) as entries:
            for entry in entries:
                if any(entry.path == out or entry.path.startswith(out + "/") for out in left_out):
                    continue
                status = entry.stat(follow_symlinks=False)
                is_folder = stat.S_ISDIR(status.st_mode)
                if is_folder:
                    queue.append(entry.path)
                of_file = () if is_folder else (status.st_size, status.st_mtime_ns)
                link = os.readlink(entry.path) if entry.is_symlink() else ""  # noqa: PTH115
                found[entry.path] = (stat.S_IFMT(status.st_mode), *of_file, link)
    return found
