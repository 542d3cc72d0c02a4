"""`nas evaluate ARCH [PRESET|FILE.toml]`: train and score one architecture in this process."""

import json
import sys
from collections.abc import Sequence

from nas.cli_parser import ConfigParser, split_open_options

FAILED = 1
DEFAULT = "quick"


def run(words: Sequence[str]) -> int:
    """Run the subcommand. Returns 1 where the candidate failed."""
    from nas.compose import make_cost, make_detection_task, make_task
    from nas.config_source import load_config
    from nas.data_progress import data_progress
    from nas.errors import UsageError
    from nas.evaluation import attempt, evaluate
    from nas.model_source import find_body
    from search_space import Architecture

    parser = _parser()
    rest, open_options = split_open_options(words)
    known = parser.parse(rest)
    body = find_body(known.architecture)
    source = known.source or protocol_of(known.architecture)
    config = load_config(source, {**parser.overrides(known), **open_options})
    seed = config.search.seed
    with data_progress() as progress:
        cost = make_cost(config, progress)(body)
    if isinstance(body, Architecture):
        key, task = body.key, make_task(config)
        outcome = evaluate(task, body, seed)
    elif config.task.name != "detection":
        raise UsageError(
            f"task {config.task.name} takes scale-permuted networks: {known.architecture} is none"
        )
    else:
        key, detection = known.architecture, make_detection_task(config)
        outcome = attempt(lambda: detection.evaluate(body, seed))
    if outcome.metrics is None:
        print(f"nas: {known.architecture}: {outcome.failure}", file=sys.stderr)
        return FAILED
    metrics = {
        "architecture": known.architecture,
        "key": key,
        "config": source,
        "data": config.data.directory or "generated scenes",
        "seed": seed,
        **cost,
        **outcome.metrics,
    }
    if known.format == "json":
        print(json.dumps(metrics, indent=2))
        return 0
    for name, value in metrics.items():
        print(f"{name:12} {value:.4f}" if isinstance(value, float) else f"{name:12} {value}")
    return 0


def _parser() -> ConfigParser:
    parser = ConfigParser(prog="nas evaluate", description="Train and score one architecture.")
    parser.add_argument(
        "architecture",
        help="spinenet-49, another published name (also resnet-50-fpn), RUN_DIR:TRIAL, a JSON file",
    )
    parser.add_argument(
        "source",
        metavar="PRESET|FILE.toml",
        nargs="?",
        help="how to train it (default: quick, or the config of the run that a trial is from)",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_config_options(["data"])
    parser.add_argument(
        "--seed",
        metavar="N",
        dest="search.seed",
        help="of this training (default: the config's); a trial's own is in the column `seed` of "
        "`nas leaderboard --format csv`, and gives its AP again",
    )
    return parser


def protocol_of(architecture: str) -> str:
    """The config to train an architecture by when none is named: its run's, where it has one."""
    from nas.architecture_source import split_trial
    from nas.config_file import CONFIG

    trial = split_trial(architecture)
    return DEFAULT if trial is None else str(trial[0] / CONFIG)
