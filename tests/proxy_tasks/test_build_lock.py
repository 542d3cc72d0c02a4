import subprocess
import sys
from pathlib import Path

from proxy_tasks.build_lock import build_lock, release_lock, take_lock

HOLD = """
import sys, time
from pathlib import Path
from proxy_tasks.build_lock import take_lock
held = take_lock(Path(sys.argv[1]))
print("held" if held else "refused", flush=True)
time.sleep(60)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process that has tried to take the lock, and said so."""
    command = [sys.executable, "-c", HOLD, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_one_holds_it_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = take_lock(path)
    assert held is not None
    assert take_lock(path) is None
    release_lock(path, held)
    assert not path.exists()


def test_who_comes_second_waits_until_the_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    process = holder(path)
    waited = []

    def waiting() -> None:
        waited.append(process.poll())
        process.kill()  # SIGKILL: nothing is tidied up

    with build_lock(path, waiting):
        assert waited[0] is None
    process.communicate()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_replaced_while_it_is_locked_locks_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = take_lock(path)
    assert held is not None
    path.unlink()
    other = take_lock(path)
    assert other is not None
    held.close()
    release_lock(path, other)
