"""REINFORCE over an LSTM policy: Zoph & Le 2017, arXiv 1611.01578, section 3.2."""

import torch
from torch import Tensor

from controllers.policy_gradient import Batch, PolicyGradient
from controllers.policy_settings import PolicySettings
from search_space import SearchSpace


class Reinforce(PolicyGradient):
    """Raises the log-probability of what beat a moving baseline, lowers that of what did not.

    Differs from the paper, whose controller saw 12,800 candidates: Adam with a larger learning
    rate, an entropy bonus, a uniform share in each decision, and an advantage that is the normal
    score of the reward among the last `baseline_window` (see `NormalScores`), so that an affine
    change of the rewards changes no proposal. Late rewards are weighted by how much likelier the
    policy makes the genotype now than when it was proposed, at most by 1 (truncated importance
    sampling, Espeholt et al. 2018, arXiv 1802.01561): what is too old hardly counts.

    Args:
        learning_rate: of Adam, from 1e-6 to 1.
        batch_size: candidates that an update waits for and learns from, at most 1,000.
        hidden_size: of the LSTM, at most 1,024.
        entropy_bonus: weight of the policy's entropy (nats, summed over the decisions), 0 to 100.
        exploration: share of the uniform distribution in each decision, 1e-6 to 0.9.
        baseline_window: rewards that the baseline looks back on.

    Raises:
        InvalidSetting: an option outside its range.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int,
        learning_rate: float = 0.02,
        batch_size: int = 5,
        hidden_size: int = 64,
        entropy_bonus: float = 0.01,
        exploration: float = 0.05,
        baseline_window: int = 100,
    ) -> None:
        settings = PolicySettings(
            learning_rate, batch_size, hidden_size, entropy_bonus, exploration, baseline_window
        )
        super().__init__(space, seed, settings)

    def _learn(self, batch: Batch) -> None:
        log_probs, entropies = self._policy(batch.choices, batch.legal)
        gain = reinforce_objective(log_probs, batch.old_log_probs, batch.advantages)
        self._step(gain + self._settings.entropy_bonus * entropies.sum(dim=1).mean())


def reinforce_objective(log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor) -> Tensor:
    """Its gradient is REINFORCE's, averaged over B sequences [B, T] of advantages [B]."""
    now = log_probs.sum(dim=1)
    weights = torch.exp(now.detach() - old_log_probs.sum(dim=1)).clamp(max=1.0)
    return (weights * advantages * now).mean()
