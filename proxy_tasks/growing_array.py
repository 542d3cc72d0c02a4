"""A .npy file that is written chunk after chunk, and gone on with after a kill."""

import io
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray


class GrowingArray:
    """A uint8 array of known `shape`, of which the first `rows` rows are on the disk.

    A file that a killed process left is gone on with: what it had reported as written is kept,
    since that was flushed to the disk first, and the rest is cut off. The count lies beside the
    file, in `<name>.rows`.
    """

    def __init__(self, path: Path, shape: tuple[int, ...]) -> None:
        self._path, self._journal = path, journal(path)
        self._shape = shape
        self._row_bytes = int(np.prod(shape[1:]))
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "|u1", "fortran_order": False, "shape": shape}
        )
        self._file = path.open("r+b" if path.exists() else "w+b")
        self.rows = self._whole_rows(header.getvalue())
        if not self.rows:
            self._file.seek(0)
            self._file.write(header.getvalue())
        self._file.truncate(len(header.getvalue()) + self.rows * self._row_bytes)
        self._file.seek(0, os.SEEK_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def append(self, chunk: NDArray[np.uint8]) -> None:
        """Write rows [n, ...] for good: they survive a kill, and a power cut."""
        if chunk.shape[1:] != self._shape[1:] or self.rows + len(chunk) > self._shape[0]:
            raise ValueError(f"rows {chunk.shape} do not fit after {self.rows} of {self._shape}")
        self._file.write(np.ascontiguousarray(chunk, np.uint8).data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.rows += len(chunk)
        fresh = self._journal.with_suffix(".new")
        fresh.write_text(str(self.rows))
        fresh.replace(self._journal)

    def _whole_rows(self, header: bytes) -> int:
        rows = rows_written(self._path)
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        fits = self._file.read(len(header)) == header and rows <= self._shape[0]
        return rows if fits and size >= len(header) + rows * self._row_bytes else 0


def journal(path: Path) -> Path:
    """Where the number of rows of an array is written."""
    return path.with_name(path.name + ".rows")


def rows_written(path: Path) -> int:
    """Rows of an array that are safely on the disk; 0 where nobody knows."""
    try:
        return max(0, int(journal(path).read_text()))
    except (OSError, ValueError):
        return 0
