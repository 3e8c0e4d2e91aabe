"""Which trials go on: asynchronous successive halving, in the form that stops trials."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

ETA = 3
"""Of the trials that reach a rung about one in so many goes on."""
RUNGS = (1 / 9, 1 / 3)
"""The shares of a trial's budget after which it is judged."""


@dataclass
class Halving:
    """Judges trials at rungs of their budget (Li et al. 2020, "A System for Massively Parallel
    Hyperparameter Tuning", section 3.2; stopped as Ray Tune's ASHAScheduler stops them).

    A trial goes on from a rung when its figure is no worse than the best third of those that
    reached the rung before it. No trial waits for another, so the first always goes on.
    `goal` is "min" or "max".
    """

    goal: str
    eta: int = ETA
    rungs: tuple[float, ...] = RUNGS
    reached: dict[float, dict[int, float]] = field(default_factory=dict)

    def goes_on(self, trial: int, share: float, figure: float) -> bool:
        """Whether a trial goes on after a look at a share of its budget; remembers the figure.

        A figure that is no number never goes on; a trial that has spent its budget always does.
        """
        if not math.isfinite(figure):
            return share >= 1
        reward = -figure if self.goal == "min" else figure
        for rung in sorted(self.rungs, reverse=True):
            seen = self.reached.setdefault(rung, {})
            if share < rung or trial in seen:
                continue
            cutoff = np.percentile(list(seen.values()), 100 * (1 - 1 / self.eta)) if seen else None
            seen[trial] = reward
            return share >= 1 or cutoff is None or reward >= cutoff
        return True
