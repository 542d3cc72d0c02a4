import errno
import subprocess
import sys
from typing import Any

import numba
import numpy as np
import pytest
import torch

from proxy_tasks import kernel


def test_numba_is_loaded_by_a_training_and_not_before() -> None:
    code = "import sys, proxy_tasks.detection_task; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "error",
    [
        # What numba says in a read-only installation of a user without a home.
        RuntimeError("cannot cache function: no locator available"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_kernels_compile_where_no_cache_can_be_written(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_cache(signature: str, *, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise error
        return numba.njit(signature, **options)

    monkeypatch.setattr(kernel, "njit", without_cache)

    @kernel.kernel("void(intp)")
    def store(at: int) -> None:
        kernel.floats_at(at)[0] = np.float32(7)

    x = torch.zeros(1)
    store(x.data_ptr())
    assert x.item() == 7
