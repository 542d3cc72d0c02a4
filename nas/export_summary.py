"""What `nas export` says of the file that it wrote, in one line."""

from collections.abc import Sequence


def describe_export(file: str, size: int, parts: Sequence[str]) -> str:
    """`best.onnx: 62.5 MB, onnx, images 640x640, ...`; size is in bytes."""
    return f"{file}: {', '.join([_size(size), *parts])}"


def name_levels(levels: Sequence[int]) -> str:
    """`p3 to p7`, or each where one between is missing; levels ascend."""
    if len(levels) > 2 and levels[-1] - levels[0] == len(levels) - 1:
        return f"p{levels[0]} to p{levels[-1]}"
    names = [f"p{level}" for level in levels]
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"
