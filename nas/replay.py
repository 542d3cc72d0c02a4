"""Bring a fresh controller to where a run's journal left it."""

from controllers import FIDELITY, Controller, Metrics
from nas.errors import ReplayMismatch
from results import Trial, TrialStore
from results.training_length import training_length
from search_space import SearchSpace


def observed_metrics(trial: Trial) -> Metrics:
    """What a controller is told of a trial besides its reward: how long it trained, too."""
    return {**trial.metrics, FIDELITY: training_length(trial.fidelity).share}


def replay(store: TrialStore, space: SearchSpace, controller: Controller) -> None:
    """Tell the controller what other runs knew (the warm start), then play every recorded event.

    The next proposal is then the one that the uninterrupted search would have made. Raises
    ReplayMismatch at the first proposal that differs from the recorded one.
    """
    for warm in store.warm_trials():
        controller.observe(warm.genotype, warm.reward, {**warm.metrics, FIDELITY: 1.0})
    trials = {trial.number: trial for trial in store.trials()}
    observed: set[int] = set()
    proposed: set[int] = set()
    for event in store.events():
        trial = trials[event.number]
        if event.kind == "observe":
            observed.add(trial.number)
            if trial.genotype is not None:
                controller.observe(trial.genotype, trial.reward, observed_metrics(trial))
            continue
        proposed.add(trial.number)
        if event.kind == "promote":  # the study's doing: no controller had a say in it
            continue
        genotype = controller.propose()
        key = space.decode(genotype).key
        if key != trial.key:
            raise ReplayMismatch(
                f"{store.path}: event {event.seq} proposed trial {trial.number} ({trial.key[:8]}), "
                f"but the controller now proposes {key[:8]}: resume with the version of spinenas "
                "and the config that began this run"
            )
        if event.kind == "duplicate" and trial.number in observed:
            controller.observe(genotype, trial.reward, observed_metrics(trial))
    if proposed != trials.keys():
        raise ReplayMismatch(
            f"{store.path}: the journal has {len(proposed)} proposals for {len(trials)} trials: "
            "bring the file back from a copy"
        )
