import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
from proxy_tasks.malloc import keep_freed_memory
agreed = {agreed}
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    [b"x" * (2**23 + size) for size in range(4)]
print(agreed, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(agreed: str) -> tuple[str, int]:
    """What a new process says: malloc's settings cannot be taken back."""
    program = PROGRAM.format(agreed=agreed)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    answer, count = done.stdout.split()
    return answer, int(count)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc's mallopt")
def test_large_blocks_are_reused_instead_of_mapped_anew() -> None:
    agreed, with_it = faults("keep_freed_memory()")
    _, without = faults("None")
    assert agreed == "True"
    assert with_it < without / 4
