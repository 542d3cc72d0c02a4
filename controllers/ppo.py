"""Proximal policy optimisation over an LSTM policy: Schulman et al. 2017, arXiv 1707.06347."""

from typing import Any

import torch
from torch import Tensor

from controllers.option_checks import check_number, check_whole
from controllers.policy_gradient import Batch, PolicyGradient
from controllers.policy_settings import PolicySettings
from search_space import SearchSpace

MOST_EPOCHS = 1000


class PPO(PolicyGradient):
    """Several steps a batch on the clipped objective (equation 7), with an entropy bonus.

    A decision is an action, and all decisions of a candidate have its advantage: the normal score
    of its reward among the last `baseline_window` (see `NormalScores`), so that an affine change
    of the rewards changes no proposal. There is no value network. Ratios are to the probability at
    the time of the proposal, so a late reward moves only decisions which the policy has not moved
    as far already.

    Args:
        learning_rate: of Adam, from 1e-6 to 1.
        batch_size: candidates that an update waits for and learns from, at most 1,000.
        hidden_size: of the LSTM, at most 1,024.
        entropy_bonus: weight of the policy's entropy (nats, summed over the decisions), 0 to 100.
        exploration: share of the uniform distribution in each decision, 1e-6 to 0.9.
        baseline_window: rewards that the baseline looks back on.
        epochs: steps of the optimiser a batch, at most 1,000.
        clip_range: epsilon of equation 7, from 0.01 to 0.99.

    Raises:
        InvalidSetting: an option outside its range.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        learning_rate: float = 0.01,
        batch_size: int = 10,
        hidden_size: int = 64,
        entropy_bonus: float = 0.01,
        exploration: float = 0.05,
        baseline_window: int = 100,
        epochs: int = 4,
        clip_range: float = 0.2,
    ) -> None:
        settings = PolicySettings(
            learning_rate, batch_size, hidden_size, entropy_bonus, exploration, baseline_window
        )
        check_whole("epochs", epochs, most=MOST_EPOCHS)
        check_number("clip_range", clip_range, 0.01, 0.99)
        self._epochs, self._clip_range = epochs, clip_range
        super().__init__(space, seed, settings)

    def _learn(self, batch: Batch) -> None:
        for _ in range(self._epochs):
            log_probs, entropies = self._policy(batch.choices, batch.legal)
            gain = clipped_objective(
                log_probs, batch.old_log_probs, batch.advantages, self._clip_range
            )
            self._step(gain + self._settings.entropy_bonus * entropies.sum(dim=1).mean())

    def _name_and_settings(self) -> dict[str, Any]:
        ours = {"epochs": self._epochs, "clip_range": self._clip_range}
        return {**super()._name_and_settings(), **ours}


def clipped_objective(
    log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor, clip_range: float
) -> Tensor:
    """Equation 7, summed over T decisions and averaged over B candidates: [B, T], [B, T], [B]."""
    ratios = torch.exp(log_probs - old_log_probs)
    clipped = ratios.clamp(1 - clip_range, 1 + clip_range)
    weights = advantages[:, None]
    return torch.minimum(ratios * weights, clipped * weights).sum(dim=1).mean()
