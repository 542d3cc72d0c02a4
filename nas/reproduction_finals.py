"""Full trainings that end a reproduction: the best of its search, and what they are held to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from nas.config import DataSection
from nas.errors import UsageError
from nas.model_source import find_model, usual_size
from nas.paper_claims import SEARCH
from nas.recipe_source import load_recipe
from nas.reproduction import Reproduction
from nas.train_config import TrainConfig
from nas.train_directory import check_training
from nas.train_plan import FORWARD_AND_BACKWARD, TrainPlan, plan_cost
from nas.train_processes import training_processes
from nas.train_run import train_run
from proxy_tasks.device import check_device
from proxy_tasks.errors import Diverged
from proxy_tasks.full_training import Hold, never_held, read_metrics
from proxy_tasks.trained_weights import NETWORK
from results import beliefs
from results.shell_word import shell_word
from results.store_file import RUN_FILE
from search_space import SPINENET_49, Architecture, ResNetFpn

FINAL: Final = "final"  # the folder of these trainings
HELD_TO: Final = ("spinenet-49", "resnet-50-fpn")
NAMES: Final = ("data.images", "data.reward_images", "data.train", "data.reward")
# Of what was typed for all runs: these are no matter of a full training.
OF_SEARCHES: Final = (
    *("data.holdout", "data.test", "data.scenes_test"),
    "device.workers_per_gpu",
)


@dataclass(frozen=True, slots=True)
class Finalist:
    """One of them. `folder`: its name in FINAL; `source`: as `nas train` takes it."""

    folder: str
    source: str
    body: Architecture | ResNetFpn


def finalists(reproduction: Reproduction) -> list[Finalist]:
    """The best of the search, where it has begun, and what they are held to; none without [final].

    SpineNet-49 is trained anyway, if it was found, too.
    """
    final = reproduction.scale.final
    if final is None:
        return []
    run, sources = reproduction.directory / SEARCH, []
    if (run / RUN_FILE).exists():
        frame = beliefs(run)
        best = frame[frame["key"] != SPINENET_49.key].head(final.finalists)
        sources = [(f"{SEARCH}-{number}", f"{run}:{number}") for number in best["trial"]]
    sources += [(name, name) for name in HELD_TO]
    return [
        Finalist(folder, source, find_model(source, None).architecture)
        for folder, source in sources
    ]


def final_config(reproduction: Reproduction, one: Finalist) -> TrainConfig:
    """The scale's recipe on the data of its searches. Raises UsageError."""
    final = reproduction.scale.final
    assert final is not None
    usual = usual_size(one.source, one.body)
    return load_recipe(final.recipe, None, usual, final_options(reproduction))


def final_options(reproduction: Reproduction) -> dict[str, str]:
    """Fields of the recipe by dotted name that the searches' data and device decide.

    File names are left to the recipe where they are the usual ones, which it finds by itself.
    """
    usual = {name: getattr(DataSection(), name.partition(".")[2]) for name in NAMES}
    given = {**reproduction.scale.config, **reproduction.given}
    found = {
        name: text
        for name, text in given.items()
        if name.startswith(("data.", "device.")) and name not in OF_SEARCHES
        if usual.get(name) != text
    }
    directory = reproduction.config.data.directory
    return {**({"data.directory": directory} if directory else {}), **found}


def final_configs(reproduction: Reproduction) -> list[tuple[Finalist, TrainConfig]]:
    """Of all finalists, whether or not the data and the device are there.

    Raises UsageError for what never goes with the searches.
    """
    final = reproduction.scale.final
    if final is None:
        return []
    if not reproduction.detects:
        task = reproduction.config.task.name
        raise UsageError(f"[final] of the scale trains detectors, and task {task} does not")
    found = [(one, final_config(reproduction, one)) for one in finalists(reproduction)]
    for _, config in found:
        if config.data.directory != reproduction.config.data.directory:
            raise UsageError(
                f"recipe {final.recipe} trains on {config.data.directory}, and the searches on "
                "generated scenes: give --data DIR"
            )
    return found


def check_finals(reproduction: Reproduction) -> None:
    """Refuse full trainings that cannot be made, before all else is.

    Raises UsageError, MissingDevice.
    """
    final = reproduction.scale.final
    for one, config in final_configs(reproduction):
        assert final is not None
        _check_data(config.data, final.recipe)
        check_device(config.device)
        check_training(reproduction.directory / FINAL / one.folder, one.body, config)


def _check_data(data: DataSection, recipe: str) -> None:
    if not data.directory:
        return
    for name in ("train",) if data.holdout else ("train", "reward"):
        file = Path(data.directory) / getattr(data, name)
        if not file.exists():
            raise UsageError(f"recipe {recipe} takes {file}, which is not there: --data.{name}")


def final_trainings(reproduction: Reproduction) -> int:
    """How many there are in all."""
    final = reproduction.scale.final
    return 0 if final is None else final.finalists + len(HELD_TO)


def final_work(reproduction: Reproduction) -> list[float]:
    """Multiply-adds of each training, in those of the candidate that the plan measures.

    A network that no search has found yet counts as SpineNet-49.
    """
    final, config = reproduction.scale.final, reproduction.config
    if final is None:
        return []
    known = finalists(reproduction)
    left = final_trainings(reproduction) - len(known)
    images = config.fidelity.last_step * config.fidelity.batch_size
    candidate = reproduction.limit * images * FORWARD_AND_BACKWARD
    found = [_plan(reproduction, one).multiply_adds / candidate for one in known]
    held = found[-len(HELD_TO)]
    return [held] * left + found


def _plan(reproduction: Reproduction, one: Finalist) -> TrainPlan:
    """Of what `nas train --plan` prints, the part that needs no decoded pictures."""
    config, classes = final_config(reproduction, one), reproduction.classes
    return TrainPlan(
        one.source,
        plan_cost(one.body, config, classes),
        config,
        pictures=1,
        scored=1,
        classes=classes,
        processes=1,
    )


def finals_done(reproduction: Reproduction) -> int:
    """How many have ended."""
    folder = reproduction.directory / FINAL
    return sum((folder / one.folder / NETWORK).exists() for one in finalists(reproduction))


def final_commands(reproduction: Reproduction) -> list[str]:
    """What makes the same folders on all GPUs of a machine."""
    final = reproduction.scale.final
    if final is None:
        return []
    options = "".join(
        f" --{'data' if name == 'data.directory' else name} {shell_word(text)}"
        for name, text in final_options(reproduction).items()
    )
    processes = "gpu" if reproduction.config.device.name == "cuda" else "N"
    return [
        f"torchrun --nproc-per-node {processes} -m nas.cli train {shell_word(one.source)} --recipe "
        f"{shell_word(final.recipe)}{options} --run-dir "
        f"{shell_word(reproduction.directory / FINAL / one.folder)}"
        for one in finalists(reproduction)
    ]


def train_finals(
    reproduction: Reproduction, say: Callable[[str], None], hold: Hold = never_held
) -> None:
    """One after another in this process, each going on where it was stopped.

    One that diverges is said, and the next is trained; `hold` may ask for an end, see
    `FullTraining.run`. Raises as `nas train` does.
    """
    for one in finalists(reproduction):
        directory = reproduction.directory / FINAL / one.folder
        config = final_config(reproduction, one)
        check_training(directory, one.body, config)
        if not (directory / NETWORK).exists() or not read_metrics(directory):
            said = partial(_prefixed, say, one.folder)
            try:
                with training_processes(config):
                    train_run(one.body, config, directory, one.source, said, hold=hold)
            except Diverged as error:
                say(f"{one.folder}: no AP: {error}")
                continue
        found = read_metrics(directory)[-1].get("AP")
        say(f"{one.folder}: AP {'-' if found is None else f'{found:.4f}'} of {directory}")


def _prefixed(say: Callable[[str], None], name: str, line: str) -> None:
    say(f"{name}: {line}")
