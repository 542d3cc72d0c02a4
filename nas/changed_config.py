"""The config of a run that takes the trials of others over."""

from collections.abc import Mapping

from nas.comparable_runs import NOT_COMPARED
from nas.compose import make_controller
from nas.config import Config
from nas.config_source import override_config
from nas.errors import UsageError
from nas.run_replay import searched_space

# What no trial depends on: sections, and single settings.
CHANGEABLE = ("controller", "device", "failures", "resources", "track")
CHANGEABLE_SETTINGS = (
    "search.trials", "search.workers", "search.seed", "search.pump", "search.address",
    "evaluation.scorer", "evaluation.at_steps", *NOT_COMPARED,
)  # fmt: skip


def changed_config(
    before: Config, overrides: Mapping[str, str], where: str, candidates: int
) -> Config:
    """A config with `overrides` (texts by dotted name) for a run that has `candidates` already.

    Raises UsageError for what the trials depend on, a budget below what is there, and controllers
    that cannot be made; `where` is what a message calls the config.
    """
    config = override_config(before.as_dict(), where, overrides)
    _check_changes(before, config, where)
    if config.search.trials < candidates:
        raise UsageError(
            f"search.trials is {config.search.trials}, but there are {candidates} finished "
            "candidates, which count: give at least that as --trials"
        )
    if overrides:
        make_controller(config, searched_space(config))
    return config


def may_change(setting: str) -> bool:
    """Whether no trial depends on what has this dotted name."""
    section, dot, _ = setting.partition(".")
    return (bool(dot) and section in CHANGEABLE) or setting in CHANGEABLE_SETTINGS


def _check_changes(before: Config, after: Config, where: str) -> None:
    was, now = before.as_dict(), after.as_dict()
    for section in was:
        for name in {**was[section], **now[section]}:
            old, new = was[section].get(name), now[section].get(name)
            setting = f"{section}.{name}"
            if old == new or may_change(setting):
                continue
            raise UsageError(
                f"--{setting} {new}: it is {old} in the {where}, and its trials depend on it, so "
                "leave it: the controller, budget and seed may change, and `nas search "
                "--warm-start` tells any other search what a run found"
            )
