"""The command `nas`: one subcommand a file, each a call of a public function and printing."""

import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from nas.cli_parser import OneLineParser
from nas.errors import UsageError, error_line, is_ours
from nas.interruption import Interrupted, interruption_line, leave

COMMANDS = {
    "search": "search for architectures and print a leaderboard",
    "resume": "go on with a search that was stopped, or give it more trials",
    "fork": "go on from what a run found with another controller, in a new run",
    "merge": "the finished trials of several runs as one run",
    "replay": "derive every proposal of a run again, and name the first difference",
    "leaderboard": "the trials of a run, best first",
    "report": "a page for the browser: the winner, what made it good, all trials",
    "insight": "what made the best good: decisions, ancestors, chance, baselines",
    "rerank": "train the best of a run with new seeds, and say which one is the best",
    "watch": "follow a search that another process does",
    "show": "draw an architecture, or what is different in another",
    "evaluate": "train and score one architecture",
    "baselines": "train SpineNet-49 and other known networks as a run trains its candidates",
    "train": "train one architecture to its end, with the paper's schedules",
    "cost": "parameters and multiply-adds, beside the published figures",
    "space": "the decisions, size and make-up of a search space",
    "doctor": "what a proxy can tell apart, before a search is paid for",
    "scorecard": "which controller saves how many trained candidates",
    "reproduce": "the paper's search at the scale one has, and a table of its claims",
    "export": "a backbone for other programs: weights, ONNX, torch.export, block specs",
}
USAGE_ERROR, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `nas`. Returns the exit code.

    0; 1 if no candidate could be evaluated; 2 after one line that says what was wrong; 130 after
    Ctrl-C, 143 after SIGTERM, 129 after SIGHUP. As a command, which gives no arguments, it does not
    return after these where Ray is loaded.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that its encoding has not
    with suppress(OSError):  # the working directory may be gone
        sys.path.append(str(Path.cwd()))  # plug-ins may lie where the command is typed
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except KeyboardInterrupt as interrupt:
        with suppress(OSError):  # the terminal may be gone
            print(f"\n{interruption_line(interrupt)}", file=sys.stderr, flush=True)
        code = interrupt.code if isinstance(interrupt, Interrupted) else INTERRUPTED
        return leave(code) if arguments is None and "ray" in sys.modules else code
    except BrokenPipeError:  # `nas leaderboard RUN | head`
        sys.stderr.close()
        return 0
    except MemoryError as error:
        print(f"nas: out of memory {error}".rstrip(), file=sys.stderr)
        return USAGE_ERROR
    except Exception as error:
        if not is_message_for_user(error):
            raise
        print(f"nas: {error_line(error)}", file=sys.stderr)
        return USAGE_ERROR


def is_message_for_user(error: Exception) -> bool:
    """Whether an exception is one of ours, or the machine's refusal: not a bug."""
    return is_ours(error) or isinstance(error, OSError)


def _run(words: list[str]) -> int:
    parser = OneLineParser(prog="nas", description=__doc__.partition(":")[0] + ".")
    listed = "\n".join(f"  {name:12} {text}" for name, text in COMMANDS.items())
    parser.usage = f"nas COMMAND ...\n\ncommands:\n{listed}\n\n`nas COMMAND --help` says more"
    if not words or words[0] in ("-h", "--help"):
        parser.print_usage()
        return 0
    if words[0] == "--version":
        from importlib.metadata import version

        print(f"spinenas {version('spinenas')}")
        return 0
    if words[0] not in COMMANDS:
        from nas.config_source import suggestion

        raise UsageError(f"no command {words[0]!r}: {suggestion(words[0], list(COMMANDS))}")
    command = importlib.import_module(f"nas.cli_{words[0]}")
    code: int = command.run(words[1:])
    return code


if __name__ == "__main__":
    sys.exit(main())
