"""How many steps and looks fit into the minutes given, from a trial on a network thrown away."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from haiga.training.parallel import ALONE, Crew, RowsGenerator, part_of
from haiga.training.pictures.parts import Parts

LOOKS = 12
"""How often a run is looked at, and how many pictures each look draws, where time allows."""
SAMPLES = 256
LEAST_LOOKS, LEAST_SAMPLES = 3, 64
LOOK_SHARE, MOST_SHARE = 0.06, 0.2
"""The share of the time that looks may take together; and where not even the least fit in."""
SPARE = 0.03
"""The share kept free for checkpoints, the film and a machine that slows down."""
WARM_STEPS = 3


@dataclass(frozen=True)
class Trial:
    """What a step takes, and what a look takes for each picture it draws, in seconds."""

    step_s: float
    sample_s: float


@dataclass(frozen=True)
class Fit:
    """How many steps, and how many looks at how many samples each."""

    steps: int
    looks: int
    samples: int


def tried(parts: Parts, *, seed: int, trial_s: float, batch: int = 0, crew: Crew = ALONE) -> Trial:
    """Times steps for about `trial_s` seconds, and one look at the least samples.

    The learner of `parts` is trained by it, so it must be one that is thrown away. The
    mean counts, not the median: a step that is dearer every sixteenth time costs that.
    """
    with torch.random.fork_rng(devices=[]):  # a trial leaves no trace in the run after it
        return crew.agreed(_tried(parts, seed, trial_s, batch, crew))


def _tried(parts: Parts, seed: int, trial_s: float, batch: int, crew: Crew) -> Trial:
    rng = RowsGenerator(torch.device(parts.device))
    rng.manual_seed(seed)
    crew.take_in(parts.learner, batch, rng)
    rows = crew.rows(batch)
    began = 0.0
    steps = -WARM_STEPS
    while True:
        drawn = parts.feed.next()
        given = part_of(drawn, rows) if crew.size > 1 else drawn
        losses = parts.learner.step(parts.prepare(given), rng)
        steps += 1
        (enough,) = crew.decided(time.monotonic() - began > trial_s)
        if steps == 0:
            _settled(losses)
            began = time.monotonic()
        elif steps >= 4 and enough:
            _settled(losses)
            break
    step_s = (time.monotonic() - began) / steps
    if not crew.is_first:
        return Trial(step_s, 0.0)
    parts.figures(parts.sample(8, seed))  # what is made only once is no part of a look
    start = time.monotonic()
    parts.figures(parts.sample(LEAST_SAMPLES, seed))
    return Trial(step_s, (time.monotonic() - start) / LEAST_SAMPLES)


def _settled(losses: object) -> None:
    """Waits for a device that computes behind our back: reading a number needs it done."""
    if isinstance(losses, dict):
        for value in losses.values():
            float(value)


def fit(
    trial: Trial, seconds: float, *, looks: int | None = None, samples: int | None = None
) -> Fit:
    """As many steps as `seconds` hold beside the looks; fewer samples before fewer looks.

    `looks` and `samples` are taken as they are where given.
    """
    drawn = samples or SAMPLES
    allowed = LOOK_SHARE * seconds
    while samples is None and drawn > LEAST_SAMPLES and _count(trial, drawn, allowed) < LOOKS:
        drawn //= 2
    count = looks or min(LOOKS, max(_least(trial, drawn, seconds), _count(trial, drawn, allowed)))
    left = seconds * (1 - SPARE) - count * drawn * trial.sample_s
    return Fit(max(count, int(max(0.0, left) / trial.step_s)), count, drawn)


def _least(trial: Trial, samples: int, seconds: float) -> int:
    """`LEAST_LOOKS`, or as many as fit into a fifth of a time so short that those do not."""
    return max(1, min(LEAST_LOOKS, _count(trial, samples, MOST_SHARE * seconds)))


def _count(trial: Trial, samples: int, seconds: float) -> int:
    return int(seconds / max(1e-9, samples * trial.sample_s))
