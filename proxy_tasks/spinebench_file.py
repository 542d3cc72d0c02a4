"""The file of spinebench: one row a training, what all share in its metadata.

docs/spinebench.md is its data card. The columns, null where a training has none:

| column | what |
| --- | --- |
| key | canonical identity of the network, 32 hex characters |
| blocks | its block specs, the JSON of `search_space.block_specs`, without spaces |
| genotype | how the space encodes it; null for a network that no search proposed |
| seed, fidelity | of the training; the name of a fidelity of the metadata |
| failure | null, or why there are no metrics: a kind of `results.FailureKind` |
| AP, AP50, AP75, AR, class_loss, box_loss | at the end, on the reward split; 0..1 but for losses |
| the same with _at_STEP | on the way |
| params, madds | of the detector |
| norms | numbers that the backbone's normalisations put out |
| seconds, cpu_seconds, latency_ms | what it took; of the machine |
| source, trial | the run, and the number of the trial in it |
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from proxy_tasks.errors import DataError, InvalidRecipe
from proxy_tasks.recipe import Fidelity

if TYPE_CHECKING:
    import pyarrow as pa

METADATA: Final = b"spinebench"
FORMAT: Final = 1
IDENTITY: Final = ("key", "blocks", "genotype", "seed", "fidelity", "failure")
SCORES: Final = ("AP", "AP50", "AP75", "AR", "class_loss", "box_loss")
COSTS: Final = ("params", "madds", "norms")
TIMES: Final = ("seconds", "cpu_seconds", "latency_ms")
SOURCE: Final = ("source", "trial")
_NOTHING: Final = type(None)
PACK: Final = "benchmarks/spinebench.py pack"


@dataclass(frozen=True, eq=False)
class SpineBench:
    """The trainings of a file, by column, and what its metadata say.

    Args:
        columns: of equal length.
        about: `fidelities` (canonical JSON by name, that of the searches first), `space`,
            `surrogate` and more.
        path: what a message calls it.
    """

    columns: Mapping[str, Sequence[Any]]
    about: Mapping[str, Any]
    path: str

    def __len__(self) -> int:
        return len(self.columns["key"])

    @cached_property
    def fidelities(self) -> dict[str, Fidelity]:
        """By name."""
        given: Mapping[str, str] = self.about["fidelities"]
        return {name: Fidelity.from_canonical(text) for name, text in given.items()}

    def steps(self, name: str) -> tuple[int, ...]:
        """Where trainings of a fidelity were scored, the last step included."""
        end = self.fidelities[name].last_step
        return (*(step for step in _steps(self.columns) if step < end), end)

    def named(self, fidelity: str) -> tuple[str, int]:
        """Name and last step of a canonical fidelity. Raises InvalidRecipe where there are none."""
        asked = Fidelity.from_canonical(fidelity)
        for name, known in self.fidelities.items():
            if asked.last_step in self.steps(name) and _whole(asked) == _whole(known):
                return name, asked.last_step
        differences = "; ".join(
            f"{name} (scored at steps {', '.join(map(str, self.steps(name)))}), but "
            f"{difference(asked, known)}"
            for name, known in self.fidelities.items()
        )
        raise InvalidRecipe(
            f"{self.path} has trainings of {differences}: search with the settings of one, and "
            "rungs at its steps"
        )

    @classmethod
    def of_table(cls, table: "pa.Table", path: str) -> Self:
        """Raises DataError for a table that is none of `spinebench_table`."""
        try:
            about = json.loads(table.schema.metadata[METADATA])
            known = about["format"] == FORMAT
        except (KeyError, TypeError, ValueError, RecursionError):
            known = False
        if not known:
            raise DataError(f"{path} is no spinebench file of format {FORMAT}: {PACK} makes one")
        made = cls(table.to_pydict(), about, path)
        if fault := _fault(made):
            raise DataError(f"{path} is damaged, or was changed by hand: {fault}; {PACK} makes one")
        return made


def _fault(bench: SpineBench) -> str:
    """What its readers would stumble over, for a message; empty where there is nothing."""
    given = bench.about.get("fidelities")
    if not isinstance(given, dict) or not given:
        return "its metadata have no fidelities"
    try:
        names = set(bench.fidelities)
    except (InvalidRecipe, TypeError) as error:
        return f"of its fidelities one is none ({error})"
    if heads := [name for name in bench.columns if _is_of_no_step(name)]:
        return f"the column {heads[0]} is of no step"
    curves = [f"{score}_at_{step}" for step in _steps(bench.columns) for score in SCORES]
    wanted = {
        **dict.fromkeys(("key", "blocks"), (str,)),
        **dict.fromkeys(("fidelity",), (str,)),
        **dict.fromkeys(("failure", "source"), (str, _NOTHING)),
        **dict.fromkeys(("seed",), (int,)),
        **dict.fromkeys(("trial", *COSTS), (int, _NOTHING)),
        **dict.fromkeys(("genotype",), (list, _NOTHING)),
        **dict.fromkeys((*SCORES, *curves, *TIMES), (float, _NOTHING)),
    }
    for name, kinds in wanted.items():
        if name not in bench.columns:
            return f"there is no column {name}"
        for value in bench.columns[name]:
            if type(value) not in kinds or (type(value) is float and not math.isfinite(value)):
                return f"{name} is {value!r}"
    foreign = set(bench.columns["fidelity"]) - names
    return f"there is no fidelity {min(foreign)!r} in its metadata" if foreign else ""


def _is_of_no_step(column: str) -> bool:
    _, at, step = column.partition("_at_")
    return bool(at) and not step.isdecimal()


def difference(asked: Fidelity, known: Fidelity) -> str:
    """The first setting in which two differ, for a message."""
    ours, theirs = asdict(replace(asked, stop_step=asked.last_step)), asdict(known)
    theirs["stop_step"] = known.last_step
    name = next((name for name in ours if ours[name] != theirs[name]), "stop_step")
    return f"{name} is {ours[name]}, there {theirs[name]}"


def _whole(fidelity: Fidelity) -> str:
    return replace(fidelity, stop_step=None).canonical()


def packed_file() -> Path:
    """The one in the package."""
    return Path(str(files("proxy_tasks") / "spinebench.parquet"))


@lru_cache(maxsize=2)
def read_spinebench(path: Path | None = None) -> SpineBench:
    """A file, read once a process; None: the package's. Raises DataError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = packed_file() if path is None else path
    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise DataError(f"{file} cannot be read as Parquet: {reason}") from error
    return SpineBench.of_table(table, str(file))


def write_spinebench(
    rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any], path: Path
) -> SpineBench:
    """Rows by column name, as the module says; whole or not at all.

    Columns are in the order of the table above, those of steps after the others of their kind;
    rows in that which is given. Raises OSError.
    """
    import pyarrow.parquet as pq

    table = as_table(rows, about)
    draft = path.with_suffix(".draft")
    try:
        pq.write_table(
            table, draft, compression="zstd", compression_level=19, row_group_size=1 << 20
        )
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    read_spinebench.cache_clear()
    return SpineBench.of_table(table, str(path))


def as_table(rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> "pa.Table":
    """Typed columns, with the metadata as JSON."""
    import pyarrow as pa

    fields = [pa.field(name, kind) for name, kind in _kinds(rows).items()]
    text = json.dumps({"format": FORMAT, **about}, separators=(",", ":"))
    schema = pa.schema(fields, metadata={METADATA: text.encode()})
    columns = [[row.get(field.name) for row in rows] for field in fields]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _steps(columns: Iterable[str]) -> list[int]:
    """Of the columns that are of one, rising."""
    return sorted({int(name.split("_at_")[1]) for name in columns if "_at_" in name})


def _kinds(rows: Sequence[Mapping[str, Any]]) -> "dict[str, pa.DataType]":
    import pyarrow as pa

    steps = _steps(name for row in rows for name in row)
    curves = [f"{score}_at_{step}" for step in steps for score in SCORES]
    named: dict[str, pa.DataType] = {}
    for name in IDENTITY:
        named[name] = pa.dictionary(pa.int32(), pa.string())
    named |= {"key": pa.string(), "blocks": pa.string(), "seed": pa.int64()}
    named["genotype"] = pa.list_(pa.int16())
    for name in (*SCORES, *curves):
        named[name] = pa.float64()
    for name in COSTS:
        named[name] = pa.int64()
    for name in TIMES:
        named[name] = pa.float32()
    return {**named, "source": pa.dictionary(pa.int32(), pa.string()), "trial": pa.int32()}
