"""`nas train ARCH --recipe RECIPE --data DIR`: train one architecture to its end."""

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from nas.cli_parser import ConfigParser

if TYPE_CHECKING:
    from nas.interruption import Stop
    from nas.saved_step import SavedStep
    from nas.train_config import TrainConfig
    from search_space import Architecture, ResNetFpn

DESCRIPTION = """Train one architecture to its end with a published schedule, and score it.

The folder of a training holds checkpoint.pt, metrics.jsonl (losses and AP by step) and at the end
weights.safetensors, the backbone's for `nas export --weights`, and network.pt, everything. The same
command, typed again, goes on with the last checkpoint: the weights at the end are the same to the
last bit. On several GPUs: torchrun --nproc-per-node N -m nas.cli train ...; a batch is of them all.
"""


class TrainParser(ConfigParser):
    """A parser of a recipe's fields."""

    SHORT: ClassVar = {
        "data": ("data.directory", "DIR", "a COCO data set"),
        "seed": ("train.seed", "N", "of the weights, the order of pictures and what is drawn"),
    }

    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        from nas.config_fields import field_names
        from nas.train_config import TrainConfig

        return field_names(TrainConfig), ()


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    from nas.interruption import stoppable
    from nas.model_source import find_model, usual_size
    from nas.recipe_source import load_recipe
    from nas.saved_step import SavedStep

    parser = _parser()
    known = parser.parse(words)
    body = find_model(known.architecture, known.model_size).architecture
    usual = usual_size(known.architecture, body)
    config = load_recipe(known.recipe, known.model_size, usual, parser.overrides(known))
    from nas.train_directory import default_train_directory  # brings torch

    directory = known.run_dir or default_train_directory(
        known.architecture, known.recipe, known.model_size
    )
    checkpoint = SavedStep(directory)
    with stoppable(checkpoint.way_on) as stop:
        return _train(body, config, directory, known, checkpoint, stop)


def _parser() -> TrainParser:
    from nas.recipe_source import recipe_names

    parser = TrainParser(prog="nas train", description=DESCRIPTION)
    parser.add_argument(
        "architecture",
        help="spinenet-49, another published name (also resnet-50-fpn), RUN_DIR:TRIAL, a JSON file",
    )
    parser.add_argument(
        "--recipe", metavar="NAME|FILE.toml", required=True, help=", ".join(recipe_names())
    )
    parser.add_argument(
        "--model-size",
        metavar="NAME",
        help="widths, repeats, head and picture size of spinenet-49s, spinenet-49, spinenet-96, "
        "spinenet-143, spinenet-190 or of another published model (default: the network's own; of "
        "a recipe in a file: the file's)",
    )
    parser.add_argument(
        "--run-dir",
        metavar="DIR",
        type=Path,
        help="default: one in runs/, named by network, recipe and size",
    )
    parser.add_argument(
        "--plan",
        action="store_true",
        help="print what it will cost, and end; without the GPU or the data, all but its time",
    )
    parser.add_config_options(["data", "seed"])
    return parser


def _train(
    body: "Architecture | ResNetFpn",
    config: "TrainConfig",
    directory: Path,
    known: Namespace,
    checkpoint: "SavedStep",
    stop: "Stop",
) -> int:
    """In each of the processes that train together; the first prints and writes."""
    from nas.interruption import leave
    from nas.train_processes import training_processes

    with training_processes(config) as (rank, count):
        from nas.plan_run import plan_run
        from nas.train_run import train_run
        from proxy_tasks.full_training import never_held

        name, say = known.architecture, print if rank == 0 else _nothing
        if known.plan:
            plan_run(body, config, name, say)
        else:
            # Processes that train together would have to agree on a step: they end at once.
            hold = stop.held if count == 1 else never_held
            entry = train_run(body, config, directory, name, say, checkpoint.saved, hold)
    if rank == 0 and not known.plan:
        print(json.dumps(entry, indent=2))
        print(f"run directory: {directory}")
    if count > 1:
        leave(0)  # gloo's threads may let go of tensors yet, and abort a Python that ends
    return 0


def _nothing(*_: object, **__: object) -> None:
    """What the other processes print."""
