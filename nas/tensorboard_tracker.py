"""TensorBoard's event files (extra [tensorboard]): one record a result."""

import struct
import uuid
from collections.abc import Iterator
from pathlib import Path

from tensorboardX.event_file_writer import EventsWriter
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary
from tensorboardX.summary import text

from nas.errors import UsageError
from nas.tracked_result import TrackedResult
from nas.tracked_run import TrackedRun, settings


class TensorBoardTracker:
    """A file a session. What was logged is read from the files: a cut record does not count.

    Steps are places in the journal, times those of the results. Raises UsageError for a folder
    that is a link, OSError.
    """

    def __init__(self, folder: Path, run: TrackedRun) -> None:
        if folder.is_symlink():
            raise UsageError(f"{folder} is a link: remove it, or name its target")
        folder.mkdir(parents=True, exist_ok=True)
        self._logged = set(logged_steps(folder))
        # The writer's own names are the same for all sessions of a second.
        self._writer = EventsWriter(str(folder / "events"), f".{uuid.uuid4().hex[:8]}")
        if 0 not in self._logged:
            self._write(text("config", _table(settings(run.config))), 0, None)

    def has(self, place: int) -> bool:
        return place in self._logged

    def log(self, result: TrackedResult) -> None:
        summary = text("trial", _table({"trial": str(result.trial.number), **result.texts}))
        for name, value in result.numbers.items():
            summary.value.append(Summary.Value(tag=name, simple_value=value))
        self._write(summary, result.place, result.trial.finished)

    def flush(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()

    def _write(self, summary: Summary, step: int, seconds: float | None) -> None:
        event = Event(step=step, summary=summary)
        event.wall_time = seconds or 0.0
        self._writer.write_event(event)
        self._logged.add(step)


def logged_steps(folder: Path) -> Iterator[int]:
    """Of all whole records with a summary in a folder's event files."""
    for file in sorted(folder.glob("*tfevents*")):
        for record in _records(file.read_bytes()):
            event = Event.FromString(record)
            if event.HasField("summary"):
                yield event.step


def _records(content: bytes) -> Iterator[bytes]:
    """Length (8 bytes), its checksum (4), data, their checksum (4); the last may be cut."""
    place = 0
    while place + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        end = place + 12 + length
        if end + 4 > len(content):
            return
        yield content[place + 12 : end]
        place = end + 4


def _table(rows: dict[str, str]) -> str:
    """As Markdown, which TensorBoard shows: a message's own marks stay what they are."""
    lines = [f"    {name}: {' '.join(value.split())}" for name, value in rows.items()]
    return "\n".join(lines)
