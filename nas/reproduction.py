"""The runs of a reproduction: which searches and networks, of which configs, in which folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from nas.compared_networks import equal_madds, known_networks
from nas.config import Config
from nas.config_source import load_config
from nas.errors import UsageError
from nas.network_study import Compared, fresh_seed
from nas.paper_claims import (
    FISH,
    HOURGLASS,
    LEARNED,
    MOVED,
    RANDOM,
    RESNET_EQUAL,
    RESNET_WIDE,
    SEARCH,
)
from nas.reproduction_scale import Budget, Scale
from nas.rerank_run import has_test_split
from nas.study import Metrics
from proxy_tasks.recipe import Fidelity
from search_space import R0_SP53, SPINENET_49, Architecture, ResNetFpn

NETWORKS: Final = "networks"  # the folder of the compared networks' trainings
LEARNED_LEVELS: Final = [block.level for block in R0_SP53.blocks]
SPACES: Final = {  # of the short searches, by folder
    HOURGLASS: {"space.preset": "hourglass"},
    FISH: {"space.preset": "fish"},
    LEARNED: {"space.preset": "r0-sp53", "space.level_order": str(LEARNED_LEVELS)},
    **{name: {"space.preset": name.removeprefix("moved-")} for name in MOVED},
}
DECIDED: Final = (
    *("controller.", "space.", "halving."),
    *("search.trials", "search.warm_start", "search.objective"),
)


@dataclass(frozen=True)
class Search:
    """One of its searches, and the race after it."""

    directory: Path
    config: Config
    budget: Budget

    @property
    def trainings(self) -> int:
        """Of the search and its race."""
        return self.budget.trials + self.budget.rerank + self.budget.rerank_within


@dataclass(frozen=True)
class Reproduction:
    """What is trained where. Raises UsageError.

    given: fields of the config by dotted name, as texts, for all runs; not what a scale decides.
    """

    directory: Path
    scale: Scale
    given: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in self.given:
            if name.startswith(DECIDED) or any(
                f"{name}.".startswith(f"{field}.") or field.startswith(f"{name}.")
                for field in self.scale.search_config
            ):
                raise UsageError(f"--{name}: a scale decides that: --scale FILE.toml has your own")
        self.searches  # noqa: B018 - a wrong scale shows at once
        self.networks  # noqa: B018

    @cached_property
    def config(self) -> Config:
        """Of the compared networks."""
        return load_config(self.scale.preset, {**self.scale.config, **self.given})

    @cached_property
    def searches(self) -> dict[str, Search]:
        """By folder: the two that are compared first."""
        scale = self.scale
        found = {
            name: self._search(name, scale.search, {**scale.search_config, **part})
            for name, part in ((SEARCH, self._controller), (RANDOM, {"controller.name": "random"}))
        }
        for name, space in SPACES.items():
            budget = scale.moved if name in MOVED else scale.orders
            found[name] = self._search(name, budget, {**self._controller, **space})
        return found

    def groups(self) -> list[list[Search]]:
        """Searches that are compared with each other, of one budget each."""
        names = ((SEARCH, RANDOM), (HOURGLASS, FISH, LEARNED), MOVED)
        return [[self.searches[name] for name in group] for group in names]

    @cached_property
    def networks(self) -> list[Compared]:
        """The known ones, SpineNet-49 first."""
        return known_networks(self.config.fidelity, scaled=self.detects)

    @property
    def seeds(self) -> list[int]:
        """Of every compared network."""
        return [fresh_seed(self.config.search.seed, nth) for nth in range(self.scale.seeds)]

    @property
    def detects(self) -> bool:
        """Whether networks are trained as detectors, by a task of several fidelities."""
        return self.config.task.name == "detection"

    @property
    def metric(self) -> str:
        """What compared networks are scored by: on the test split, where there is one."""
        return "test_AP" if has_test_split(self.config) else "AP"

    @cached_property
    def resnets(self) -> dict[str, Config]:
        """The config of ResNet-50-FPN at equal cost, and at equal widths; reads the data.

        Raises UsageError where none costs as much.
        """
        if not self.detects:
            return {}
        config = self.config
        narrow = equal_madds(config.fidelity, self.cost_at)
        return {
            RESNET_EQUAL: config.model_copy(update={"fidelity": narrow}),
            RESNET_WIDE: config,
        }

    def cost_at(self, body: Architecture | ResNetFpn, fidelity: Fidelity) -> Metrics:
        """Parameters and multiply-adds of a detector; reads the data."""
        from nas.compose import detector_cost

        return detector_cost(self.config, self.classes, fidelity)(body)

    @cached_property
    def limit(self) -> float:
        """SpineNet-49's multiply-adds at the run's fidelity."""
        return self.cost_at(SPINENET_49, self.config.fidelity)["madds"]

    @cached_property
    def classes(self) -> int:
        """Of the data; reads them."""
        from nas.compose import num_classes
        from nas.data_progress import data_progress

        with data_progress() as progress:
            return num_classes(self.config, progress)

    @property
    def _controller(self) -> dict[str, str]:
        options = self.scale.controller_options
        return {
            "controller.name": self.scale.controller,
            **{f"controller.options.{name}": text for name, text in options.items()},
        }

    def _search(self, name: str, budget: Budget, part: Mapping[str, str]) -> Search:
        overrides = {**self.scale.config, **self.given, **part, "search.trials": str(budget.trials)}
        return Search(self.directory / name, load_config(self.scale.preset, overrides), budget)
