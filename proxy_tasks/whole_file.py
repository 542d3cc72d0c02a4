"""Files that are there whole or not at all, whatever ends the process that writes them."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

DRAFTS: Final = f"*.{'[0-9a-f]' * 32}.draft"  # what a kill has left, as a pattern of names


def write_whole(path: Path, *parts: bytes) -> None:
    """Writes beside the place and moves there: whoever dies on the way leaves what was there.

    Nothing is written through a link that somebody put at either place. Raises OSError.
    """
    draft = path.with_name(f"{path.name}.{uuid4().hex}.draft")
    try:
        with draft.open("xb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
