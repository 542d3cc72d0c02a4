"""Genotypes drawn from a policy, each with the probability that it was drawn with."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from controllers.lstm_policy import LstmPolicy
from search_space import Genotype, InvalidGenotype, SearchSpace

REDRAWS = 20  # of what decode refuses, before a member of space.sample is taken

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PolicySample:
    """A genotype, the masks [T, C] that it was chosen under, and log-probabilities [T].

    Those are of its choices under the policy that drew it.
    """

    genotype: Genotype
    legal: Tensor
    log_probs: Tensor


class PolicySampler:
    """Draws genotypes from a policy under a space's legality mask."""

    def __init__(self, space: SearchSpace) -> None:
        self.space = space
        self.widths = [len(decision.choices) for decision in space.decisions]

    def draw(self, policy: LstmPolicy, count: int, rng: np.random.Generator) -> list[PolicySample]:
        """`count` members. What the space refuses to decode is drawn again, but not for ever."""
        found: list[PolicySample] = []
        for _ in range(REDRAWS):
            drawn = self._draw_once(policy, count - len(found), rng)
            found += [sample for sample in drawn if self._decodes(sample.genotype)]
            if len(found) == count:
                return found
        others = [self.space.sample(rng) for _ in range(count - len(found))]
        return found + [self.scored(policy, genotype) for genotype in others]

    @torch.no_grad()
    def scored(self, policy: LstmPolicy, genotype: Genotype) -> PolicySample:
        """A genotype from elsewhere, as if the policy had drawn it now."""
        legal = self.masks(genotype)
        log_probs, _ = policy(torch.tensor([genotype]), legal[None])
        return PolicySample(genotype, legal, log_probs[0])

    def masks(self, genotype: Genotype) -> Tensor:
        """Those that its choices were made under, bool [T, C]."""
        rows = [self._mask(genotype[:decision]) for decision in range(len(genotype))]
        return torch.from_numpy(np.stack(rows))

    def _draw_once(
        self, policy: LstmPolicy, count: int, rng: np.random.Generator
    ) -> list[PolicySample]:
        prefixes: list[Genotype] = [()] * count
        chosen = np.empty((count, len(self.widths)), np.float32)
        masks = np.empty((count, len(self.widths), max(self.widths)), np.bool_)
        rows = np.arange(count)
        unrolled = policy.unroll(count)
        for decision in range(len(self.widths)):
            legal = np.stack([self._mask(prefix) for prefix in prefixes])
            masks[:, decision] = legal
            log_probs = unrolled.log_probabilities(torch.from_numpy(legal)).numpy()
            choices = _choices(log_probs, rng)
            chosen[:, decision] = log_probs[rows, choices]
            unrolled.choose(torch.from_numpy(choices))
            pairs = zip(prefixes, choices.tolist(), strict=True)
            prefixes = [(*prefix, choice) for prefix, choice in pairs]
        rows_of = zip(prefixes, torch.from_numpy(masks), torch.from_numpy(chosen), strict=True)
        return [PolicySample(*row) for row in rows_of]

    def _mask(self, prefix: Genotype) -> Mask:
        """Padded with False to the widest decision: [C]."""
        mask = np.zeros(max(self.widths), np.bool_)
        mask[: self.widths[len(prefix)]] = self.space.legal(prefix)
        return mask

    def _decodes(self, genotype: Genotype) -> bool:
        try:
            self.space.decode(genotype)
        except InvalidGenotype:
            return False
        return True


def _choices(log_probs: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.int64]:
    """One index a row, by one uniform number each; where a sum does not rise, nothing is drawn."""
    reached = np.exp(log_probs.astype(np.float64)).cumsum(axis=1)
    wanted = rng.random(len(reached)) * reached[:, -1]
    choices: NDArray[np.int64] = (reached > wanted[:, None]).argmax(axis=1)
    return choices
