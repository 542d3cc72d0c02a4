"""Command lines of every subcommand: odd options and values, words left out, doubled, moved."""

import re
import shutil
from pathlib import Path
from random import Random

from nas.cli import COMMANDS
from search_space.block_specs import to_json
from search_space.published import PUBLISHED
from tests.fuzz.command import nas
from tests.fuzz.engine import Case, Fault
from tests.fuzz.mutations import ODD_TEXTS
from tests.fuzz.snapshot import snapshot

# In front, so that nothing is trained and little is searched; later words may say it again.
ANALYTIC = ["--task.name", "analytic", "--pump", "local"]
FIRST = {
    "search": ["smoke", *ANALYTIC, "--trials", "1", "--run-dir", "new"],
    "evaluate": [*ANALYTIC[:2], "spinenet-49", "smoke"],
    "doctor": ["smoke", *ANALYTIC, "--architectures", "4", "--run-dir", "new"],
    "scorecard": ["--workers", "1", "--budget", "2", "--seeds", "1", "--controllers", "random",
    "--space", "tiny"],
}  # fmt: skip
NUMBERS = (
    "0",
    "1",
    "2",
    "-1",
    "3",
    "0.5",
    "nan",
    "inf",
    "-inf",
    "1e3",
    "+2",
    "1_0",
    "٣",
    "2,3",
    "0.25,0.5",
    "[1]",
)
HUGE = ("9" * 20, "9" * 5000, "-" + "9" * 30, "1e308")
NAMES = ("run", "run:0", "run:9", "run/run.sqlite", "network.json", "config.toml", "missing",
"spinenet-49", "tiny",
         "smoke", "random", "evolution", "json", "text", "table", "csv", "svg", "parquet",
         "block-specs", "madds",
         "out", "out.json", "sub/out", "/dev/null", "/dev/full", "new", "true", "random,evolution",
         "run,run", "AP", "ap", "analytic", "local", "r0-sp53", "640x480", "backbone", "relu",
         "tables,flat", "mobile", "landscape")  # fmt: skip
WILD = (
    "\udcff",
    "\ud800x",
    "a" * 100_000,
    "--",
    "-",
    "-h",
    "--help=3",
    "-xyz",
    "@file",
    "=",
    "--=",
    "--no.such",
    "…",
)
# Options whose values decide how long a command takes, or whether it trains.
COSTLY = (
    "trials",
    "pump",
    "task.name",
    "workers",
    "budget",
    "seeds",
    "architectures",
    "long",
    "samples",
    "controllers",
)
WRITING = ("resume", "merge", "fork")  # commands that may change the run that they are given


def make_command_lines(home: Path) -> Case:
    """One command in a folder with a run, a config and a network."""
    stage = home / "stage"
    stage.mkdir()
    nas(["search", "smoke", *ANALYTIC, "--trials", "2", "--run-dir", "run"], stage)
    shutil.copyfile(stage / "run" / "config.toml", stage / "config.toml")
    (stage / "network.json").write_text(to_json(PUBLISHED["r0-sp53"]))
    options = {name: _options(name, stage) for name in COMMANDS}

    def case(rng: Random, folder: Path) -> bool:
        shutil.copytree(stage, folder, dirs_exist_ok=True)
        words = _words(rng, options)
        before = snapshot(home, besides=[folder, home / "cache"])
        store = (folder / "run" / "run.sqlite").read_bytes()
        answer = nas(words, folder, printed=False)
        if snapshot(home, besides=[folder, home / "cache"]) != before:
            raise Fault(f"{words} wrote outside of its folder")
        named = [part for word in words for part in word.split("=")]
        strange = {path.name for path in folder.iterdir()} - {"run", "config.toml", "network.json"}
        strange -= {"runs", "new", *(part.split("/")[0] for part in named)}
        if strange:
            raise Fault(f"{words} made {strange}")
        written = any(part.startswith("run/") for part in named)
        reading = not written and words[0] not in WRITING if words else True
        if reading and (folder / "run" / "run.sqlite").read_bytes() != store:
            raise Fault(f"{words} changed a run that it was to read")
        return answer.accepted

    return case


def _options(name: str, folder: Path) -> list[str]:
    """What the help of a command names; `-h` aside, as it ends a command."""
    text = nas([name, "--help"], folder).output.decode()
    found = set(re.findall(r"(?<![\w-])--[a-z][\w.-]*", text)) - {"--help"}
    return sorted(found | {"--controller.options.x", "--task.options.noise", "--search.trials"})


def _words(rng: Random, options: dict[str, list[str]]) -> list[str]:
    if rng.random() < 0.03:
        return [rng.choice([*WILD, *ODD_TEXTS]) for _ in range(rng.randrange(3))]
    command = rng.choice(list(options))
    words = list(FIRST.get(command, ["run"] if rng.random() < 0.6 else []))
    for _ in range(rng.choice([0, 1, 1, 2, 3, 5])):
        match rng.randrange(8):
            case 0:
                words.append(_value(rng))
            case 1:
                words.append(rng.choice(WILD))
            case 2:
                option = rng.choice(options[command])
                words.append(f"{option}={_value(rng, option)}")
            case 3 if rng.random() < 0.3:
                words.append(rng.choice(options[command]))
            case _:
                option = rng.choice(options[command])
                words += [option, _value(rng, option)]
    if rng.random() < 0.1 and command not in FIRST:
        rng.shuffle(words)
    return [command, *words]


def _value(rng: Random, option: str = "") -> str:
    if any(option.endswith(name) for name in COSTLY):
        return rng.choice([*NUMBERS[:5], *ODD_TEXTS[:16], "random", "local", "analytic"])
    pools = (NUMBERS, NAMES, NAMES, NAMES, ODD_TEXTS, WILD[:3], HUGE)
    return rng.choice(rng.choice(pools))
