"""What a Ray of ours has to itself: a folder and a token, of which nothing stays behind."""

import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from ray._common.utils import get_default_system_temp_dir
from ray._raylet import AuthenticationTokenLoader, Config  # type: ignore[attr-defined]

from nas import ray_sweep

# Names of sockets have 107 bytes, of which Ray takes up to 64 below its folder.
LONGEST_FOLDER = 107 - 64
SHORT = Path("/tmp")
END_SECONDS = 5.0  # for what is left of Ray to be gone
TOKEN, TOKEN_PATH, MODE = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE"


class RayHome:
    """A folder for Ray's logs and sockets, and a token that is in no file.

    Both go when it is closed, or this process ends in whatever way, with all processes that write
    in the folder. The folder is in RAY_TMPDIR, else in TMPDIR, else in /tmp, as Ray's own.

    Raises OSError where the folder cannot be made.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nas-", dir=_place())).absolute()
        self._sweeper = subprocess.Popen(
            [sys.executable, "-IS", ray_sweep.__file__, str(self.folder), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the driver
        )
        self._before = {name: os.environ.get(name) for name in (TOKEN, MODE)}
        if not {TOKEN, TOKEN_PATH} & os.environ.keys():
            os.environ[TOKEN] = secrets.token_hex(32)
        AuthenticationTokenLoader.instance().reset_cache()

    def close(self) -> None:
        """Ends Ray's processes and removes the folder; the environment is as it was before."""
        for name, value in self._before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        Config.initialize("")
        AuthenticationTokenLoader.instance().reset_cache()
        assert self._sweeper.stdin is not None
        self._sweeper.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._sweeper.wait(END_SECONDS)


def _place() -> Path:
    """Where it is, unless the path of TMPDIR is too long for sockets."""
    place = Path(get_default_system_temp_dir())  # type: ignore[no-untyped-call]
    place.mkdir(parents=True, exist_ok=True)
    too_long = len(bytes(place)) + len("/nas-12345678") > LONGEST_FOLDER
    return SHORT if too_long and "RAY_TMPDIR" not in os.environ else place
