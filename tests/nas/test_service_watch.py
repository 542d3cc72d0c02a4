"""A driver that Ray keeps waiting ends with a line of ours."""

import subprocess
import sys
import threading

from nas.service_watch import ServiceWatch


def test_a_service_that_stays_silent_is_named() -> None:
    named, came = list[str](), threading.Event()

    def end(service: str) -> None:
        named.append(service)
        came.set()

    watch = ServiceWatch(lambda: "127.0.0.1:7", end, patience=0.05)
    assert came.wait(10)
    watch.close()
    assert named == ["127.0.0.1:7"]


def test_a_service_that_answers_again_is_given_all_its_patience_anew() -> None:
    looks, done = 0, threading.Event()

    def silent() -> str | None:
        nonlocal looks
        looks += 1
        if looks > 12:
            done.set()
        return None if looks % 2 else "127.0.0.1:7"

    ended = threading.Event()
    watch = ServiceWatch(silent, lambda service: ended.set(), patience=1.0)
    assert done.wait(20)
    watch.close()
    assert not ended.is_set()


def test_a_process_that_waits_for_a_dead_service_ends_with_one_line_and_exit_code_2() -> None:
    code = (
        "import threading\n"
        "from nas.service_watch import ServiceWatch\n"
        "watch = ServiceWatch(lambda: '127.0.0.1:7', patience=0.05)\n"
        "threading.Event().wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.strip().startswith("nas: Ray's service at 127.0.0.1:7 has died")
    assert done.stderr.strip().count("\n") == 0
