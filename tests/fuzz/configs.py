"""Configs: every section of the presets, damaged as a document or as text."""

import tomllib
from pathlib import Path
from random import Random
from typing import Any

import tomli_w

from nas.config_source import load_config, load_space_section
from nas.stored_config import stored_config
from results import TrialStore
from tests.fuzz.command import inside, nas, read
from tests.fuzz.engine import Case, Fault
from tests.fuzz.mutations import damaged_bytes, damaged_document, odd_name, odd_value

PRESETS = Path(__file__).parents[2] / "nas" / "presets"
SAFE_TASKS = ("analytic", "landscape")  # the others train
LINES = (
    "x = 0x" + "f" * 6000, "x = 1_0", "x = 1979-05-27", "x = 07:32:00", "[search]", "[[search]]",
    "search.trials = 3",
    "x = " + "[" * 3000, "x = " + "[" * 300 + "]" * 300, "x = {" + "a={" * 400, "\ufeff",
    "x = '''", "a.b.c.d = 1",
    '"" = 1', '"fidelity.steps" = 3', "x = +inf", "x = nan", "space.min_level = 0x" + "f" * 5000,
    "\0", "[a.b.c]\n" * 50,
    "search.seed = 0b" + "1" * 20000, "controller.options.x = 0o" + "7" * 6000,
    "[data]\nseed = 0x" + "1" * 4000,
)  # fmt: skip
CHANGES = {  # sections that a preset leaves out
    "space": {"preset": "tiny", "max_madds": 1e12, "intermediates": {"2": 1, "3": 3}, "window": 3,
              "offsets": [-1, 0, 1], "block_fns": ["bottleneck"], "stem_levels": [2, 2],
              "output_levels": [3, 4], "min_level": 2, "max_level": 5, "level_order": []},
    "halving": {"rungs": [0.25, 0.5], "reduction": 2},
    "augmentation": {"flip": True, "scale_jitter": [0.8, 1.2], "cutout": 0.2, "maxup": 2},
    "task": {"name": "landscape", "options": {"space": "tiny", "family": "tables", "seed": 0}},
    "evaluation": {"scorer": "hotcoco"},
    "device": {"name": "cpu", "workers_per_gpu": 1},
    "controller": {"name": "random", "options": {}},
}  # fmt: skip


def make_configs(_home: Path) -> Case:
    """Commands on a damaged config that reads, searches or scores with it."""
    presets = [tomllib.loads(path.read_text("utf-8")) for path in sorted(PRESETS.glob("*.toml"))]

    def case(rng: Random, folder: Path) -> bool:
        document = rng.choice(presets)
        if rng.random() < 0.5:
            name = rng.choice(list(CHANGES))
            document = {**document, name: CHANGES[name]}
        content, task = _damaged(document, rng)
        (folder / "config.toml").write_bytes(content)
        given = ["--pump", "local", "--trials", "2", *_harmless(task)]
        match rng.randrange(4):
            case 0:
                return _space(folder)
            case 1:
                words = ["spinenet-49", "config.toml", *_harmless(task)]
                return nas(["evaluate", *words], folder).accepted
            case _:
                return _search(folder, given)

    return case


def _damaged(document: dict[str, Any], rng: Random) -> tuple[bytes, object]:
    """The text of a config, and the name of its task."""
    document = {"task": {"name": "analytic"}, **document}
    text = tomli_w.dumps(document).encode()
    match rng.randrange(6):
        case 0:
            return damaged_bytes(text, rng), None
        case 1:
            lines = text.splitlines()
            lines.insert(rng.randrange(len(lines)), rng.choice(LINES).encode())
            return b"\n".join(lines), None
        case 2 if rng.random() < 0.1:
            return text.decode().encode(rng.choice(["utf-16", "utf-32", "utf-8-sig"])), None
        case 2:
            section = rng.choice(list(document))
            document = {**document, section: {**document[section], odd_name(rng): odd_value(rng)}}
        case _:
            document = damaged_document(document, rng)
    try:
        text = tomli_w.dumps(_without_none(document)).encode()
    except (TypeError, AttributeError, ValueError):  # no table, a key without a name, 5,000 digits
        return damaged_bytes(text, rng), None
    task = document.get("task")
    return text, task.get("name") if isinstance(task, dict) else None


def _harmless(task: object) -> list[str]:
    return [] if task in SAFE_TASKS else ["--task.name", "analytic"]


def _space(folder: Path) -> bool:
    answer = nas(["space", "config.toml", "--samples", "5"], folder)
    known = read(lambda: load_space_section(str(folder / "config.toml")))
    if answer.accepted and known is None:
        raise Fault("a space of a config that cannot be read")
    return answer.accepted


def _search(folder: Path, given: list[str]) -> bool:
    answer = nas(["search", "config.toml", "--run-dir", "run", *given], folder)
    if not answer.accepted:
        if (folder / "run").exists():
            raise Fault(f"refused, with a run begun: {answer.error}")
        return False
    overrides = dict(zip([w.removeprefix("--") for w in given[::2]], given[1::2], strict=True))
    names = {"pump": "search.pump", "trials": "search.trials", "task.name": "task.name"}
    with inside(folder):  # paths of a config are relative to where the command was typed
        asked = load_config("config.toml", {names[name]: text for name, text in overrides.items()})
    with TrialStore.open_read_only(folder / "run") as store:
        stored, trials = stored_config(store, folder / "run"), store.trials()
    written = load_config(str(folder / "run" / "config.toml"), {})
    if not asked.as_dict() == stored.as_dict() == written.as_dict():
        raise Fault("the run has another config than it was given")
    if len(trials) > 2 and not asked.halving.rungs:
        raise Fault(f"{len(trials)} trials of 2")
    return True


def _without_none(value: Any) -> Any:
    """TOML has no null."""
    if isinstance(value, dict):
        return {k: _without_none(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_none(v) for v in value if v is not None]
    return value
