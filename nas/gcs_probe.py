"""Whether the head of a Ray cluster is at an address, and not another program."""

import subprocess
import sys

PROBE_SECONDS = 20.0
# In a process of its own, because Ray's client does not give up, nor heed signals, for 40 s and
# more. A head that refuses the token is one too: what becomes of that, ray.init says.
PROBE = """
import sys
from ray._raylet import GcsClient
from ray.exceptions import AuthenticationError
try:
    GcsClient(address=sys.argv[1])
except AuthenticationError:
    pass
"""


def is_head(address: str) -> bool:
    """Whether Ray's GCS answers at HOST:PORT, within PROBE_SECONDS."""
    asked = [sys.executable, "-c", PROBE, address]
    try:
        done = subprocess.run(asked, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
