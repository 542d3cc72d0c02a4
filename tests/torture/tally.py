"""What was done to searches, and what went wrong: counted by kind of fault."""

from collections import Counter
from dataclasses import dataclass, field

LOST, TWICE, REPLAY, OTHER = "results lost", "trained twice", "replay differences", "other"
COPIES = ("file: ", "log: ")
WRONGS = (LOST, TWICE, REPLAY, OTHER)


@dataclass
class Tally:
    """Faults by kind, wrongs by kind of fault and of wrong, and each wrong in a line.

    commands: of what life the faults of commands that ran were.
    """

    faults: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    wrongs: Counter[tuple[str, str]] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)

    @property
    def injected(self) -> int:
        return self.faults.total()

    @property
    def live(self) -> int:
        """Faults of commands that ran, not of copies of what they left."""
        return sum(n for kind, n in self.faults.items() if not kind.startswith(COPIES))

    def strike(self, fault: str, command: str, times: int = 1) -> None:
        """A fault struck a command that ran."""
        self.faults[fault] += times
        self.commands[command] += times

    def wrong(self, fault: str, what: str, detail: str) -> None:
        """Something broke after a fault."""
        self.wrongs[fault, what] += 1
        self.details.append(f"{fault}: {what}: {detail}")

    def summary(self) -> str:
        """The one line."""
        figures = [f"{what} {self._all(what)}" for what in (LOST, TWICE, REPLAY)]
        return ", ".join([f"faults injected {self.injected}", *figures])

    def table(self) -> str:
        """A line for each kind of fault."""
        kinds = sorted(self.faults.keys() | {fault for fault, _ in self.wrongs})
        width = max(map(len, kinds), default=0)
        heads = "  ".join(["faults", *WRONGS])
        lines = [f"{'':{width}}  {heads}"]
        for kind in kinds:
            row = "  ".join(f"{self.wrongs[kind, what]:{len(what)}}" for what in WRONGS)
            lines.append(f"{kind:{width}}  {self.faults[kind]:6}  {row}")
        return "\n".join(lines)

    def live_line(self) -> str:
        """How many struck what ran, and what that was."""
        struck = ", ".join(f"{command} {count}" for command, count in self.commands.most_common())
        return f"live faults {self.live} of {self.injected}: {struck}"

    def _all(self, what: str) -> int:
        return sum(count for (_, which), count in self.wrongs.items() if which == what)
