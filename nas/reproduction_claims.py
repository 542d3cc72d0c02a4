"""The claims of a reproduction, of whatever has been trained of it so far."""

from collections.abc import Iterator, Mapping, Sequence

from nas.compared_networks import SCALED
from nas.network_study import Compared
from nas.paper_claims import RANDOM, RESNET_EQUAL, RESNET_WIDE, SEARCH, WITHIN, paper_claims
from nas.reproduction import NETWORKS, Reproduction
from nas.reproduction_choice import Choice, choices, compared
from results import Trial, TrialStatus, TrialStore
from results.baseline_training import read_baselines
from results.claims import Claim
from results.paired_steps import Arm
from results.store_file import RUN_FILE

NO_DETECTOR = "Not measured: the task {} trains no detector."


def measured_claims(reproduction: Reproduction) -> list[Claim]:
    """All eight; what is not trained yet counts as not measured."""
    chosen = choices(reproduction)
    arms, notes = _arms(reproduction, chosen), _notes(reproduction, chosen)
    return paper_claims(arms, notes, margin=reproduction.scale.margin)


def _arms(reproduction: Reproduction, chosen: Mapping[str, Choice]) -> dict[str, Arm]:
    directory, metric = reproduction.directory / NETWORKS, reproduction.metric
    if not (directory / RUN_FILE).exists():
        return {}
    seeds = set(reproduction.seeds)
    with TrialStore.open_read_only(directory) as store:
        trials = [trial for trial in store.trials() if trial.seed in seeds]
    arms = {
        one.name: _arm(one, [t for t in trials if (t.key, t.fidelity) == one.identity], metric)
        for one in compared(reproduction, chosen)
    }
    for name, config in reproduction.resnets.items():
        fidelity = config.fidelity.canonical()
        made = [
            one
            for one in read_baselines(directory)
            if (one.name, one.fidelity) == (name, fidelity) and one.seed in seeds
        ]
        values = {one.seed: one.metrics[metric] for one in made if metric in one.metrics}
        arms[name] = Arm(name, values, sum(one.failure is not None for one in made))
    return arms


def _arm(network: Compared, trials: Sequence[Trial], metric: str) -> Arm:
    values = {trial.seed: trial.metrics[metric] for trial in trials if metric in trial.metrics}
    failed = sum(trial.status is TrialStatus.FAILED for trial in trials)
    return Arm(network.name, values, failed, " ".join(network.identity))


def _notes(reproduction: Reproduction, chosen: Mapping[str, Choice]) -> dict[int, list[str]]:
    notes: dict[int, list[str]] = {number: [] for number in range(1, 9)}
    task = reproduction.config.task.name
    if not reproduction.detects:
        notes[3].append(NO_DETECTOR.format(task))
        notes[7].append(NO_DETECTOR.format(task))
    else:
        costs = {name: f"{madds:.4g}" for name, madds in _costs(reproduction)}
        notes[3].append(_listed(costs, ("spinenet-49", "r0-sp53", RESNET_EQUAL, RESNET_WIDE)))
        notes[7].append(_listed(costs, SCALED))
    for name, one in chosen.items():
        number = 1 if name == WITHIN else 2 if name in (SEARCH, RANDOM) else 0
        said = (
            f"Choice of {name}: {one.directory.name}:{one.trial} "
            f"({one.architecture.key[:8]}), {one.madds:.4g} madds."
        )
        notes[number or (6 if name.startswith("moved") else 4)].append(said)
    notes[1].append(f"SpineNet-49 has {reproduction.limit:.4g} madds.")
    return notes


def _listed(costs: dict[str, str], names: Sequence[str]) -> str:
    return "Multiply-adds: " + ", ".join(f"{name} {costs[name]}" for name in names) + "."


def _costs(reproduction: Reproduction) -> Iterator[tuple[str, float]]:
    from nas.compared_networks import RESNET
    from proxy_tasks.recipe import Fidelity

    for one in reproduction.networks:
        at = Fidelity.from_canonical(one.fidelity)
        yield one.name, reproduction.cost_at(one.architecture, at)["madds"]
    for name, config in reproduction.resnets.items():
        yield name, reproduction.cost_at(RESNET, config.fidelity)["madds"]
