"""Learning rates by step."""

import math

from proxy_tasks.recipe import TrainingRecipe

STEP_FACTOR = 0.1  # of the schedule "step" at each of its shares


def learning_rates(recipe: TrainingRecipe, steps: int) -> list[float]:
    """The learning rate of each step of a training."""
    return [
        recipe.learning_rate * learning_rate_factor(step, steps, recipe) for step in range(steps)
    ]


def learning_rate_factor(step: int, steps: int, recipe: TrainingRecipe) -> float:
    """Share of the learning rate at a step: linear up over `warmup * steps`, then the schedule.

    A warm-up from 0 has its first step above that; one from elsewhere begins just there. "cosine"
    falls to 0 at the end; "step" falls by `STEP_FACTOR` at each share of `decay_at`.
    """
    ramp = recipe.warmup * steps
    if step < ramp:
        if recipe.warmup_from:
            return recipe.warmup_from + (1 - recipe.warmup_from) * step / ramp
        return min((step + 1) / ramp, 1.0)
    if recipe.schedule == "step":
        return float(STEP_FACTOR ** sum(step >= share * steps for share in recipe.decay_at))
    progress = (step - ramp) / max(steps - ramp, 1)
    return 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
