import os
import pickle
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from nas.errors import UsageError
from nas.official_source import official_arrays, official_rows

HEADER = b"\x93NUMPY\x01\x00"


def zipped(path: Path, content: bytes, method: int = zipfile.ZIP_STORED) -> bytearray:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("arr_0.npy", content)
    return bytearray(path.read_bytes())


def with_header(text: bytes) -> bytes:
    return HEADER + struct.pack("<H", len(text)) + text


def damaged(path: Path, kind: str) -> None:
    """Write a file that numpy or zipfile refuses in a way of its own."""
    content = zipped(path, with_header(b"{'descr':'<f4','fortran_order':False,'shape':(3,)}\n"))
    entry = content.find(b"PK\x01\x02")
    if kind == "encrypted":
        content[entry + 8] |= 1
        content[6] |= 1
    elif kind == "unknown compression":
        content[entry + 10] = content[8] = 99
    elif kind == "broken deflate":
        np.savez_compressed(path, np.arange(1000))
        content = bytearray(path.read_bytes())
        content[60:160] = bytes(b ^ 0x5A for b in content[60:160])
    elif kind == "cut":
        content = content[: len(content) // 2]
    elif kind == "open header":
        content = zipped(path, with_header(b"{{{{"))
    elif kind == "huge":
        shape = b"{'descr':'<f4','fortran_order':False,'shape':(100000000000000,)}\n"
        content = zipped(path, with_header(shape))
    elif kind == "pickled":
        content = bytearray(pickle.dumps([1, 2]))
    elif kind == "objects":
        np.savez(path, np.array([{}], object))
        content = bytearray(path.read_bytes())
    elif kind == "plain npy":
        content = bytearray(with_header(b"{'descr':'<f4','fortran_order':False,'shape':()}\n"))
    path.write_bytes(content)


KINDS = (
    "encrypted,unknown compression,broken deflate,cut,open header,huge,pickled,objects,plain npy"
)


@pytest.mark.parametrize("kind", KINDS.split(","))
def test_a_damaged_archive_is_refused_with_its_name_and_the_way_out(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "w.npz"
    damaged(path, kind)
    wanted = rf"^{re.escape(str(path))} is no \.npz of numbers .*: .*numpy\.savez\(FILE, \*arrays\)"
    with pytest.raises(UsageError, match=wanted) as refused:
        official_arrays(path)
    assert "allow_pickle" not in str(refused.value)


def test_what_is_no_file_is_refused_and_a_pipe_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.npz"
    os.mkfifo(pipe)
    for path, message in ((tmp_path, "is no file"), (pipe, "is no file")):
        with pytest.raises(UsageError, match=f"{re.escape(str(path))} {message}"):
            official_arrays(path)
    with pytest.raises(UsageError, match="absent is not there"):
        official_arrays(tmp_path / "absent")


@pytest.mark.parametrize("name", ["spinenet-49", "spinenet-96", "run:0"])
def test_a_file_called_like_something_else_gives_no_rows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`find_architecture` takes the published network and the trial, too."""
    monkeypatch.chdir(tmp_path)
    for file in (name, "mine.json"):
        Path(file).write_text("[[3, 'residual', [1, 0], true]]".replace("'", '"'))
    assert official_rows(name) is None
    assert official_rows("mine.json") == [[3, "residual", [1, 0], True]]
