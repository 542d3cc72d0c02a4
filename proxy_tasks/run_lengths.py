"""COCO's run-length code of a mask: lengths that do not fill the picture are refused."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST, PAYLOAD, SIGN, MORE = 48, 0x1F, 0x10, 0x20  # of a character of the compressed code


def bitmap(rle: Mapping[str, Any], picture: tuple[int, int]) -> NDArray[np.bool_]:
    """`[height, width]` of `picture`; runs are column by column, the first one outside.

    `counts`: a list, or COCO's text. Raises ValueError, KeyError and TypeError.
    """
    height, width = rle["size"]
    if (height, width) != picture:
        raise ValueError(
            f"it is of {width} x {height} px, the picture of {picture[1]} x {picture[0]}"
        )
    counts = rle["counts"]
    runs = _runs(counts) if isinstance(counts, str) else list(counts)
    if not all(type(run) is int and run >= 0 for run in runs) or sum(runs) != height * width:
        raise ValueError(f"its runs are no {height * width} pixels")
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def _runs(text: str) -> list[int]:
    """Numbers of 5 bits a character, the lowest first; from the fourth on less that before last."""
    runs: list[int] = []
    number = shift = 0
    for code in (ord(character) - FIRST for character in text):
        if not 0 <= code < 2 * MORE:
            raise ValueError("its counts have a character that the code has not")
        number |= (code & PAYLOAD) << shift
        shift += 5
        if code & MORE:
            continue
        if code & SIGN:
            number -= 1 << shift
        runs.append(number + (runs[-2] if len(runs) > 2 else 0))
        number = shift = 0
    if shift:
        raise ValueError("its counts end within a number")
    return runs
