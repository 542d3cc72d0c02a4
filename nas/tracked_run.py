"""What trackers call a run, kept beside it, so that a resumed one goes on where it was."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas.config import Config
from nas.errors import UsageError
from proxy_tasks.whole_file import write_whole
from results import TrialStore

FILE = "tracking.json"  # behind the name of the run's file


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run, to a tracker.

    Args:
        directory: of the run.
        file: what is kept of the tracking.
        identity: 32 hexadecimal digits that no other run has.
        config: that the run goes on with.
    """

    directory: Path
    file: Path
    identity: str
    config: Config

    @classmethod
    def of(cls, store: TrialStore, config: Config) -> "TrackedRun":
        """With a new identity where it has none. Raises UsageError for a file of something else."""
        file = store.path.with_name(f"{store.path.stem}-{FILE}")
        if (document := _read(file)) is None:
            document = {"identity": uuid.uuid4().hex}
            _write(file, document)
        return cls(store.path.parent.absolute(), file, document["identity"], config)

    @property
    def name(self) -> str:
        """For people: several runs may have it."""
        return self.directory.name

    @property
    def unique_name(self) -> str:
        """Of a folder."""
        return f"{self.name}-{self.identity[:8]}"

    def told(self, tracker: str) -> int:
        """The last place that `tell` kept; 0 before."""
        place = (_read(self.file) or {}).get(tracker, 0)
        return place if isinstance(place, int) else 0

    def tell(self, tracker: str, place: int) -> None:
        """Keep up to which place a tracker was told. To be called by one thread."""
        _write(self.file, {**(_read(self.file) or {"identity": self.identity}), tracker: place})


def settings(config: Config) -> dict[str, str]:
    """A config's settings by dotted name."""
    left, found = list(config.as_dict().items()), {}
    while left:
        name, value = left.pop(0)
        if isinstance(value, dict) and value:
            left += [(f"{name}.{key}", inner) for key, inner in value.items()]
        else:
            found[name] = value if isinstance(value, str) else json.dumps(value)
    return found


def _read(file: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(file.read_text("utf-8"))
        if len(bytes.fromhex(document["identity"])) != 16:
            raise ValueError("its identity is too short")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise UsageError(
            f"{file} does not say what trackers call this run ({error}): remove it, and they "
            "begin a new one"
        ) from error
    else:
        checked: dict[str, Any] = document
        return checked


def _write(file: Path, document: dict[str, Any]) -> None:
    write_whole(file, (json.dumps(document) + "\n").encode())
