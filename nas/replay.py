"""Bring a fresh controller to where a run's journal left it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from controllers import FIDELITY, Controller, Metrics
from nas.errors import ReplayMismatch
from results import Event, Trial, TrialStatus, TrialStore, TrialSummary
from results.event import metrics_before
from results.shell_word import shell_word
from results.training_length import training_length
from search_space import Genotype, SearchSpace

# Sees an event before it is played, and its trial with the reward and metrics that it had then.
Watch = Callable[[Event, TrialSummary], None]


def observed_metrics(trial: Trial | TrialSummary) -> Metrics:
    """What a controller is told of a trial besides its reward: how long it trained, too."""
    return {**trial.metrics, FIDELITY: training_length(trial.fidelity).share}


def replay(
    store: TrialStore, space: SearchSpace, controller: Controller, watch: Watch | None = None
) -> Counter[str]:
    """Tell the controller what other runs knew (the warm start), then play every recorded event.

    The next proposal is then the one that the uninterrupted search would have made. Returns how
    many events there were of each kind. Raises ReplayMismatch at the first proposal that differs
    from the recorded one; what `watch` raises goes through.

    A trial that was reopened had failed before: each result that a reopening follows is told as a
    failure's, without a reward and with the metrics that it had then.
    """
    with store.snapshot():
        warm_trials, events = store.warm_trials(), list(store.events())
        trials = {trial.number: trial for trial in store.summaries()}
        genotypes = store.genotypes()
    for warm in warm_trials:
        controller.observe(warm.genotype, warm.reward, {**warm.metrics, FIDELITY: 1.0})
    reopened = [event for event in events if event.kind == "retry"]
    retries = Counter(event.number for event in reopened)  # still to come
    known = {event.number: metrics_before(event, store.path) for event in reopened}
    begun: set[int] = set()
    observed: set[int] = set()
    for event in events:
        trial = trials.get(event.number)
        if trial is None:
            raise _incomplete(store, f"event {event.seq} is of trial {event.number}, which is gone")
        if retries[trial.number]:
            trial = replace(trial, reward=None, metrics=known[trial.number])
        if watch is not None:
            watch(event, trial)
        match event.kind:
            case "propose":
                _propose(store, space, controller, event, trial)
            case "duplicate":
                genotype = _propose(store, space, controller, event, trial)
                if trial.number in observed:
                    controller.observe(genotype, trial.reward, observed_metrics(trial))
            case "observe" | "import":
                observed.add(trial.number)
                if (told := genotypes[trial.number]) is not None:
                    controller.observe(told, trial.reward, observed_metrics(trial))
            case "retry":
                retries[trial.number] -= 1
                observed.discard(trial.number)
            case "promote" | "lost":  # no controller had a say in it
                pass
        if event.kind in ("propose", "promote", "import"):
            begun.add(trial.number)
    if begun != trials.keys():
        what = f"the journal has {len(begun)} proposals for {len(trials)} trials"
        raise _incomplete(store, what)
    ended = {trial.number for trial in trials.values() if trial.status is not TrialStatus.RUNNING}
    if observed != ended:
        what = f"the journal has {len(observed)} results for {len(ended)} trials that have ended"
        raise _incomplete(store, what)
    return Counter(event.kind for event in events)


def mismatch(path: Path, what: str) -> ReplayMismatch:
    """The one line about a run that is not derived again, with the ways on."""
    return ReplayMismatch(
        f"{path}: {what}: resume with the version of spinenas and the config that began this run, "
        f"or go on in a new run with what was found: `nas fork {shell_word(path.parent)} NEW`"
    )


def _incomplete(store: TrialStore, what: str) -> ReplayMismatch:
    return ReplayMismatch(f"{store.path}: {what}: bring the file back from a copy")


def _propose(
    store: TrialStore,
    space: SearchSpace,
    controller: Controller,
    event: Event,
    trial: TrialSummary,
) -> Genotype:
    """What the controller proposes now. Raises ReplayMismatch if it is not what the event says."""
    genotype = controller.propose()
    key = space.decode(genotype).key
    if key != trial.key:
        again = " again" if event.kind == "duplicate" else ""
        raise mismatch(
            store.path,
            f"event {event.seq} proposed trial {trial.number}{again} ({trial.key[:8]}), but the "
            f"controller now proposes {key[:8]}",
        )
    return genotype
