"""argparse with errors of one line, and with every field of the config as an option."""

import argparse
import difflib
from collections.abc import Sequence
from typing import ClassVar, NoReturn

from nas.errors import UsageError


class OneLineParser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError, and says what a misspelt option may have been."""

    def __init__(self, **settings: object) -> None:
        super().__init__(
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **settings,  # type: ignore[arg-type]
        )

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """Parse all words. Raises UsageError for a word that means nothing."""
        known, unknown = self.parse_known_args(words)
        for word in unknown:
            option = word.partition("=")[0]
            kind = "option" if word.startswith("-") else "word"
            raise UsageError(f"unknown {kind} {option!r}: {self.way_out(option)}")
        for action in self._actions:
            value = getattr(known, action.dest, None)
            # Python 3.11 takes the value of `--option=--` for no value at all.
            if action.nargs is None and (value == [] or (isinstance(value, list) and [] in value)):
                raise UsageError(f"{'/'.join(action.option_strings)} needs a value")
        return known

    def way_out(self, option: str) -> str:
        """What to type in place of an option that there is not."""
        close = difflib.get_close_matches(option, self._option_string_actions, n=1)
        return f"did you mean {close[0]}?" if close else f"see `{self.prog} --help`"

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}: see `{self.prog} --help`")


class ConfigParser(OneLineParser):
    """A parser that takes a preset or a TOML file, and every field of the config.

    `SHORT` options are fields with a name of their own. A class for configs of another kind has its
    own, and its own `names`.
    """

    SHORT: ClassVar[dict[str, tuple[str, str, str]]] = {
        "data": ("data.directory", "DIR", "a COCO data set instead of generated scenes"),
        "seed": ("search.seed", "N", "of the whole search"),
        "trials": ("search.trials", "N", "how many candidates to evaluate"),
        "workers": ("search.workers", "N", "how many processes evaluate"),
        "controller": (
            "controller.name",
            "NAME",
            "random, evolution, local, reinforce, ppo, predictor, nsga2, tpe, pyglove or "
            "package.module:Class; its arguments are --controller.options.NAME",
        ),
        "space": ("space.preset", "NAME", "the search space: `nas space` lists them"),
        "pump": ("search.pump", "NAME", "ray (worker processes) or local (this process)"),
        "address": (
            "search.address",
            "HOST:PORT",
            "a Ray cluster whose nodes evaluate; auto: the one that this machine is a node of",
        ),
    }

    # Of fields and tables without one.
    HELP: ClassVar[dict[str, str]] = {
        "task.name": "analytic, detection, landscape, spinebench or package.module:Class",
        "task.options": "an option of the task: docs/proxy.md has a table of them all",
    }

    def add_config_options(self, short: Sequence[str]) -> None:
        """`--trials N` and its like, then `--section.field VALUE` for all."""
        for name in short:
            field, metavar, text = self.SHORT[name]
            self.add_argument(f"--{name}", metavar=metavar, dest=field, help=f"{text} ({field})")
        group = self.add_argument_group("any field of the config")
        taken = {self.SHORT[name][0] for name in short}
        fields, tables = self.names()
        for field in fields:
            # An option of the short name writes to the same place.
            told = argparse.SUPPRESS if field in taken else self.HELP.get(field)
            if field not in tables:
                group.add_argument(f"--{field}", metavar="V", dest=field, help=told)
        for table in tables:
            told = self.HELP.get(table, argparse.SUPPRESS)
            group.add_argument(f"--{table}.NAME", metavar="V", help=told)

    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """The fields of the config, and those of them that hold a table of free names."""
        from nas.config_fields import OPTION_TABLES, field_names

        return field_names(), OPTION_TABLES

    def overrides(self, known: argparse.Namespace) -> dict[str, str]:
        """What was given of the config, by dotted name."""
        given = {name: text for name, text in vars(known).items() if "." in name}
        return {name: text for name, text in given.items() if text is not None}


def split_open_options(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Take options whose last name is free, `--controller.options.NAME VALUE`, out of the words."""
    from nas.config_fields import OPTION_TABLES

    prefixes = tuple(f"--{table}." for table in OPTION_TABLES)
    rest: list[str] = []
    found: dict[str, str] = {}
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if not word.startswith(prefixes):
            rest.append(word)
            continue
        option, equals, text = word.partition("=")
        if not equals:
            if not queue:
                raise UsageError(f"{option} needs a value")
            text = queue.pop(0)
        found[option.removeprefix("--")] = text
    return rest, found
