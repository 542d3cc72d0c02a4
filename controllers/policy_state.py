"""A policy, its optimiser and its samples as plain JSON values."""

from collections.abc import Sequence
from typing import Any

import torch

from controllers.errors import InvalidState
from controllers.finite_number import finite_number
from controllers.lstm_policy import LstmPolicy
from controllers.observed_fidelity import checked_fidelity
from controllers.policy_samples import PolicySample, PolicySampler
from controllers.saved_state import saved_genotypes
from controllers.tensor_state import tensor_from_json, tensor_to_json

_MOMENTS = ("exp_avg", "exp_avg_sq")  # torch's names of Adam's first and second moment
_WAY_OUT = "replay the run's journal to a fresh controller instead"


def policy_to_json(policy: LstmPolicy) -> dict[str, Any]:
    """Its parameters by name."""
    return {name: tensor_to_json(tensor) for name, tensor in policy.named_parameters()}


def policy_from_json(state: Any, policy: LstmPolicy) -> None:  # noqa: ANN401
    """Into `policy`. Raises InvalidState."""
    parameters = dict(policy.named_parameters())
    entries = _entries(state, "policy", tuple(parameters))
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(tensor_from_json(entries[name], parameter.shape, f"policy.{name}"))


def optimizer_to_json(policy: LstmPolicy, optimizer: torch.optim.Adam) -> dict[str, Any]:
    """Number of steps, and Adam's moments by the name of the parameter; none before a step."""
    moments, steps = {}, 0
    for name, parameter in policy.named_parameters():
        if entry := optimizer.state.get(parameter):
            steps = int(entry["step"])
            moments[name] = [tensor_to_json(entry[moment]) for moment in _MOMENTS]
    return {"steps": steps, "moments": moments}


def optimizer_from_json(
    state: Any,  # noqa: ANN401
    policy: LstmPolicy,
    optimizer: torch.optim.Adam,
) -> None:
    """Into `optimizer`, which is fresh. Raises InvalidState."""
    entries = _entries(state, "optimizer", ("steps", "moments"))
    steps = entries["steps"]
    if type(steps) is not int or not 0 <= steps < 2**24:  # torch counts them in float32
        raise InvalidState(f"the state has steps={steps!r}: it counts from 0; {_WAY_OUT}")
    parameters = dict(policy.named_parameters())
    moments = _entries(entries["moments"], "moments", tuple(parameters) if steps else ())
    for name in moments:
        pair = moments[name]
        if not isinstance(pair, list) or len(pair) != len(_MOMENTS):
            raise InvalidState(f"the state's moments of {name} are no pair: {_WAY_OUT}")
        shape = parameters[name].shape
        first, second = (tensor_from_json(moment, shape, f"moments of {name}") for moment in pair)
        if (second < 0).any():
            raise InvalidState(f"the state's second moment of {name} is negative: {_WAY_OUT}")
        step = torch.tensor(float(steps))
        entry = {"step": step, "exp_avg": first, "exp_avg_sq": second}
        optimizer.state[parameters[name]] = entry


def samples_to_json(samples: Sequence[PolicySample]) -> dict[str, Any]:
    """Genotypes, and the log-probabilities of their choices as one tensor [N, T]."""
    rows = torch.stack([sample.log_probs for sample in samples]) if samples else torch.zeros(0)
    return {
        "genotypes": [list(sample.genotype) for sample in samples],
        "log_probs": tensor_to_json(rows),
    }


def samples_from_json(
    state: Any,  # noqa: ANN401
    name: str,
    sampler: PolicySampler,
    most: int | None,
) -> list[PolicySample]:
    """Raises InvalidState unless they are at most `most` members of its space."""
    entries = _entries(state, name, ("genotypes", "log_probs"))
    genotypes = saved_genotypes(entries, "genotypes", sampler.space, most)
    shape = (len(genotypes), len(sampler.widths)) if genotypes else (0,)
    rows = tensor_from_json(entries["log_probs"], shape, f"{name}.log_probs")
    if (rows > 1e-3).any():  # rounding makes a certain choice a little likelier than that
        raise InvalidState(f"the state's {name} has probabilities above 1: {_WAY_OUT}")
    pairs = zip(genotypes, rows, strict=True)
    return [PolicySample(genotype, sampler.masks(genotype), row) for genotype, row in pairs]


def rewards_from_json(state: Any, name: str, most: int) -> list[float | None]:  # noqa: ANN401
    """Raises InvalidState unless they are at most `most` finite numbers, None among them."""
    if not isinstance(state, list) or len(state) > most:
        raise InvalidState(f"the state's {name} is no list of at most {most} rewards: {_WAY_OUT}")
    try:
        return [None if reward is None else finite_number(reward) for reward in state]
    except ValueError as fault:
        raise InvalidState(f"the state's {name} has a reward: {fault}; {_WAY_OUT}") from fault


def fidelities_from_json(state: Any, most: int) -> list[float]:  # noqa: ANN401
    """Raises InvalidState unless they are at most `most` shares of a training."""
    if not isinstance(state, list) or len(state) > most:
        raise InvalidState(f"the state has no list of at most {most} batch_fidelities: {_WAY_OUT}")
    try:
        return [checked_fidelity(share) for share in state]
    except ValueError as fault:
        raise InvalidState(f"the state's batch_fidelities: {fault}; {_WAY_OUT}") from fault


def _entries(state: Any, name: str, wanted: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(state, dict) or set(state) != set(wanted):
        raise InvalidState(
            f"the state's {name} has not the entries it was written with: {_WAY_OUT}"
        )
    return state
