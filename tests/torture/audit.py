"""What evaluations wrote down themselves, whatever the store says of them."""

from collections import Counter
from pathlib import Path

# A trial: its evaluation's seed and its fidelity's share of the whole training.
Evaluation = tuple[int, str]


class Audit:
    """The lines in the folder that an `AuditedTask` writes to, counted by evaluation."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._read: dict[Path, int] = {}

    def new_lines(self) -> Counter[tuple[str, Evaluation]]:
        """How often each evaluation was `begun` and `ended` since the last call."""
        counts: Counter[tuple[str, Evaluation]] = Counter()
        for file in sorted(self.folder.glob("*.audit")):
            text = file.read_text("ascii")
            for line in text[self._read.get(file, 0) :].splitlines():
                what, seed, share = line.split()
                counts[what, (int(seed), share)] += 1
            self._read[file] = len(text)
        return counts
