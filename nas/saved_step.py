"""Where a training goes on when it is stopped now."""

from pathlib import Path

from results.shell_word import shell_word


class SavedStep:
    """The last checkpoint of the training in a directory: to be told of each."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._step = directory, 0

    def saved(self, step: int) -> None:
        """There is a checkpoint behind this step; 0: none yet."""
        self._step = step

    def way_on(self) -> str:
        """What the same command does then."""
        there = shell_word(self._directory)
        if not self._step:
            return f"there is no checkpoint in {there} yet: the same command begins anew"
        return f"the same command goes on behind step {self._step} with {there}"
