"""The paper's kind of policy: a recurrent network that makes one decision after another."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

EMBEDDING_SIZE = 32


class LstmPolicy(nn.Module):
    """An LSTM reads the choices made so far and gives the next decision its logits.

    As in arXiv 1611.01578, section 3.1: every choice of every decision has an embedding, every
    decision a softmax layer. Those layers begin at zero, so that a fresh policy is uniform over
    the legal choices of each decision (which is not uniform over the members). What it has learnt
    is mixed with that: no decision is ever certain, so that a search cannot stop at one network.

    Args:
        widths: number of choices of each decision, T of them; C is the largest.
        hidden_size: of the LSTM, H.
        exploration: share of the uniform distribution in every decision, above 0.
        rng: draws the initial weights.
    """

    def __init__(
        self, widths: Sequence[int], hidden_size: int, exploration: float, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.exploration = exploration
        self.num_decisions, self.num_choices = len(widths), max(widths)
        tokens = 1 + self.num_decisions * self.num_choices  # token 0 begins every sequence
        self.embedding = nn.Parameter(_drawn(rng.normal(size=(tokens, EMBEDDING_SIZE))))
        self.lstm = nn.LSTM(EMBEDDING_SIZE, hidden_size, batch_first=True)
        bound = hidden_size**-0.5
        with torch.no_grad():
            for parameter in self.lstm.parameters():
                parameter.copy_(_drawn(rng.uniform(-bound, bound, size=parameter.shape)))
        heads = self.num_decisions, hidden_size, self.num_choices
        self.weight = nn.Parameter(torch.zeros(heads))
        self.bias = nn.Parameter(torch.zeros(self.num_decisions, 1, self.num_choices))

    def forward(self, choices: Tensor, legal: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probability of each choice made, and entropy in nats of each decision: [B, T] both.

        `choices` are int64 [B, T], `legal` bool [B, T, C]: the mask under which each was made.
        """
        shifts = torch.arange(self.num_decisions - 1) * self.num_choices + 1
        tokens = nn.functional.pad(choices[:, :-1] + shifts, (1, 0))
        hidden, _ = self.lstm(self.embedding[tokens])
        logits = torch.baddbmm(self.bias, hidden.transpose(0, 1), self.weight).transpose(0, 1)
        log_probs = self.mixed(logits, legal)
        entropies = -(log_probs.exp() * log_probs.masked_fill(~legal, 0.0)).sum(dim=-1)
        return log_probs.gather(-1, choices[..., None])[..., 0], entropies

    def mixed(self, logits: Tensor, legal: Tensor) -> Tensor:
        """Log-probabilities of the choices, the last dimension; -inf where they are illegal."""
        learnt = logits.masked_fill(~legal, -torch.inf).softmax(dim=-1)
        uniform = legal / legal.sum(dim=-1, keepdim=True)
        mixture = (1 - self.exploration) * learnt + self.exploration * uniform
        # The logarithm of an illegal choice's 0 would make gradients of 0 / 0.
        return mixture.masked_fill(~legal, 1.0).log().masked_fill(~legal, -torch.inf)

    def unroll(self, count: int) -> "Unrolled":
        """`count` sequences to sample, a decision at a time."""
        return Unrolled(self, count)


class Unrolled:
    """A policy part of the way through its decisions, without gradients."""

    def __init__(self, policy: LstmPolicy, count: int) -> None:
        self._policy, self._decision = policy, 0
        self._tokens = torch.zeros(count, dtype=torch.int64)
        hidden = policy.lstm.hidden_size
        self._state = torch.zeros(count, hidden), torch.zeros(count, hidden)

    @torch.no_grad()
    def log_probabilities(self, legal: Tensor) -> Tensor:
        """Of the next decision's choices, [B, C], under the mask `legal` [B, C]."""
        policy = self._policy
        weights = list(policy.lstm.parameters())  # of input and state, then their biases
        inputs = policy.embedding[self._tokens]
        self._state = torch.lstm_cell(inputs, self._state, *weights)
        weight, bias = policy.weight[self._decision], policy.bias[self._decision]
        return policy.mixed(torch.addmm(bias, self._state[0], weight), legal)

    def choose(self, choices: Tensor) -> None:
        """Goes on with these choices, int64 [B]."""
        self._tokens = choices + self._decision * self._policy.num_choices + 1
        self._decision += 1


def _drawn(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32)).clone()  # in torch's own, aligned memory
