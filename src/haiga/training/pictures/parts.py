"""What a training on pictures is made of, and what it tells of its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from haiga.training.pictures.figures import Row
from haiga.training.pictures.plan import Plan
from haiga.training.pictures.samples import Pictures, Sheet

LAST = "last.safetensors"
READ_STEPS = 50
"""Losses stay on the device for so many steps, so that a GPU is not waited for."""
KEEP_S = 60.0
"""A checkpoint is written at least so often, and seldom enough to take a fortieth of the time."""
STARTED_STEPS = 3
"""The first steps of a sitting, which compile and warm up, are left out of its speed."""


class Learner(Protocol):
    """What the loop asks of a trainee.

    One that several workers can train together has `join(crew, rows)` too: its losses are then
    of its rows alone, and its gradients summed over the crew.
    """

    @property
    def modules(self) -> Mapping[str, nn.Module]: ...
    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]: ...
    def step(self, batch: Any, rng: torch.Generator) -> Mapping[str, Tensor]: ...


class Source(Protocol):
    """What the loop asks of a feed: batches without end, and its place as a dictionary."""

    @property
    def epoch(self) -> int: ...
    @property
    def seen(self) -> Any: ...
    def next(self) -> Any: ...
    def state(self) -> dict[str, Any]: ...
    def restore(self, state: dict[str, Any]) -> None: ...


class Coverage(Protocol):
    """What an audit found when an epoch had ended."""

    @property
    def epoch(self) -> int: ...
    @property
    def seen(self) -> int: ...
    @property
    def pictures(self) -> int: ...
    @property
    def least(self) -> int: ...
    @property
    def most(self) -> int: ...


@dataclass(frozen=True)
class Verdict:
    """What the looks so far say: which of them is best (None: none is good), and whether to end."""

    best: int | None
    stop: bool = False
    why: str = ""


@dataclass(frozen=True)
class Parts:
    """What is trained and how it is looked at.

    `prepare` makes of a feed's batch what the learner's step takes. `sample(count, seed)`
    draws (count, S, S, 3) uint8 and `sheet()` what the sample sheet shows, both always from
    the same seeds. `figures` measures samples; `verdict` reads the rows of every look,
    oldest first. `audit` is called with the number of each epoch that has ended, from 1, and
    raises JobError when the data was not all seen. `pace` is called before each step with
    how many are made, and the plan: the place for a learning rate that follows it.
    """

    learner: Learner
    feed: Source
    prepare: Callable[[Any], Any]
    sheet: Callable[[], Sheet]
    sample: Callable[[int, int], Pictures]
    figures: Callable[[Pictures], Mapping[str, float]]
    verdict: Callable[[Sequence[Row]], Verdict]
    audit: Callable[[int], Coverage] | None = None
    pace: Callable[[int, Plan], None] = lambda step, plan: None
    device: str = "cpu"


@dataclass
class Place:
    """Where a run stands."""

    step: int = 0
    seconds: float = 0.0
    rows: list[Row] = field(default_factory=list)
    """What each look found, and the mean losses since the one before."""
    epochs: list[list[int]] = field(default_factory=list)
    """What the audit found at the end of each epoch, in the columns of `coverage.csv`."""
    best_step: int = 0
    """The step of the checkpoint that is kept as the best; 0 while there is none."""
    ended: str = ""
    """Why the run ended for good: `copying`, and then in `why` the reason in words."""
    why: str = ""
    sums: dict[str, float] = field(default_factory=dict)
    """Of the losses since the last look, over `counted` steps."""
    counted: int = 0
    device: str = ""


@dataclass(frozen=True)
class Progress:
    """What the live line says. `row` is the last look's; `looked` when it has just been made."""

    step: int
    steps: int
    images_per_s: float
    losses: Mapping[str, float]
    left_s: float
    row: Row | None
    looked: bool


@dataclass(frozen=True)
class Ending:
    """Why a sitting ended.

    `planned`; `copying`, when the samples began to copy; `late`, when time was up before
    the planned steps were done; `stopped`, by the user.
    """

    why: str
    place: Place
