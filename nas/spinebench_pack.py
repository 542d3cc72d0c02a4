"""Trials of runs as the rows of spinebench's file."""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nas.comparable_runs import COMPARED, NOT_COMPARED
from nas.config import Config
from nas.config_source import load_config, preset_names
from nas.errors import UsageError
from nas.run_directory import GATHERED
from nas.spinebench_plan import long_fidelity
from nas.spinebench_run import check_one_protocol, gathered
from nas.stored_config import stored_config
from proxy_tasks.recipe import Fidelity
from proxy_tasks.spinebench_figures import FEWEST, surrogate_figures
from proxy_tasks.spinebench_file import SCORES, TIMES, SpineBench, as_table, write_spinebench
from proxy_tasks.spinebench_promise import what_is_missing
from proxy_tasks.spinebench_surrogate import learnable
from results import Trial, TrialStatus, TrialStore
from results.networks import RERANK
from results.store_file import RUN_FILE
from search_space import backbone_cost
from search_space.block_specs import to_json

PACKAGES = ("spinenas", "torch", "numpy", "numba", "hotcoco", "scikit-learn", "pyarrow")
OF_THE_DETECTOR = ("params", "madds")


def spinebench_rows(directories: Sequence[Path]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows and metadata, but for the surrogate's, of runs and of what `nas rerank` trained of them.

    A directory of `gather` stands for its searches too. Each training once: by network, fidelity
    and seed. Raises UsageError for runs of two protocols, NotARun and its kin.
    """
    places = list(dict.fromkeys(place for path in directories for place in _with_sources(path)))
    rows: dict[tuple[str, str, int], dict[str, Any]] = {}
    sources: dict[str, Any] = {}
    with ExitStack() as stack:
        stores = [stack.enter_context(TrialStore.open_read_only(place)) for place in places]
        configs = [stored_config(store, path) for store, path in zip(stores, places, strict=True)]
        for place, config in zip(places, configs, strict=True):
            check_one_protocol(configs[0], config, places[0], place)
        names = _fidelity_names(configs[0])
        for place, store, config in zip(places, stores, configs, strict=True):
            source = _source_name(place, sources)
            sources[source] = _about(store, config)
            for trial in store.trials():
                if trial.status is TrialStatus.RUNNING or trial.fidelity not in names:
                    continue
                identity = trial.key, trial.fidelity, trial.seed
                rows.setdefault(identity, _row(trial, names[trial.fidelity], source))
    if not rows:
        raise UsageError(f"{places[0]} has no trials that ended: there is nothing to pack")
    return list(rows.values()), _metadata(configs[0], names, sources)


def pack_spinebench(
    rows: Sequence[dict[str, Any]], about: Mapping[str, Any], path: Path
) -> SpineBench:
    """The file of rows and metadata, with what is known of its surrogate; that takes minutes.

    It says of itself that it is preliminary if it has not all that was promised. Raises OSError.
    """
    bench = SpineBench.of_table(as_table(rows, about), str(path))
    said = {**about, "preliminary": bool(what_is_missing(bench))}
    fidelity = next(iter(bench.fidelities))
    if len(set(learnable(bench, fidelity)[2])) >= FEWEST:
        said["surrogate"] = surrogate_figures(bench, fidelity)
    return write_spinebench(rows, said, path)


def _with_sources(directory: Path) -> Iterator[Path]:
    with TrialStore.open_read_only(directory) as store:
        searches = gathered(store, directory)["runs"] if GATHERED in store.meta() else []
    for place in (*map(Path, searches), directory):
        yield place
        if (place / RERANK / RUN_FILE).exists():
            yield place / RERANK


def _source_name(place: Path, known: dict[str, Any]) -> str:
    name = f"{place.parent.name}/{place.name}" if place.name == RERANK else place.name
    if name in known:
        raise UsageError(f"two runs are called {name}: give their folders different names")
    return name


def _fidelity_names(config: Config) -> dict[str, str]:
    """By canonical fidelity: the preset that has it, or else the number of its steps."""
    presets = {load_config(name, {}).fidelity.canonical(): name for name in preset_names()}
    wanted = [config.fidelity.canonical(), long_fidelity(config)]
    return {
        text: presets.get(text, f"{Fidelity.from_canonical(text).steps} steps") for text in wanted
    }


def _row(trial: Trial, fidelity: str, source: str) -> dict[str, Any]:
    metrics = trial.metrics
    scale = Fidelity.from_canonical(trial.fidelity)
    cost = backbone_cost(trial.architecture, scale.backbone_scale(), scale.image_size)
    scores = [name for name in metrics if name.partition("_at_")[0] in SCORES]
    return {
        "key": trial.key,
        "blocks": json.dumps(json.loads(to_json(trial.architecture)), separators=(",", ":")),
        "genotype": list(trial.genotype) if trial.genotype else None,
        "seed": trial.seed,
        "fidelity": fidelity,
        "failure": None if trial.failure is None else str(trial.failure.kind),
        **{name: metrics[name] for name in scores},
        **{name: int(metrics[name]) for name in OF_THE_DETECTOR},
        "norms": cost.norms,
        **{name: metrics[name] for name in TIMES if name in metrics},
        "source": source,
        "trial": trial.number,
    }


def _about(store: TrialStore, config: Config) -> dict[str, Any]:
    section = config.search
    if GATHERED in store.meta():
        return {"planned": store.count()}
    return {"controller": config.controller.name, "seed": section.seed, "trials": store.count()}


def _metadata(config: Config, names: dict[str, str], sources: dict[str, Any]) -> dict[str, Any]:
    document = config.as_dict()
    protocol = {
        f"{section}.{name}": value
        for section in COMPARED
        if section != "fidelity"
        for name, value in document[section].items()
        if f"{section}.{name}" not in NOT_COMPARED
    }
    return {
        "fidelities": {name: text for text, name in names.items()},
        "space": config.space.preset,
        "protocol": protocol,
        "sources": sources,
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
