"""Steps of learners on made-up pictures, by one worker or by a crew: what the tests compare."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from haiga.training.generators.recipe import RECIPES, Settings, StepBatch
from haiga.training.nets.flow import FlowNet, FlowShape
from haiga.training.painters.flow import Flow
from haiga.training.parallel import ALONE, Crew, RowsGenerator, part_of
from haiga.training.pictures.feed import FeedBatch
from haiga.training.pictures.plan import Plan
from haiga.training.upscalers.degrade import Faults
from haiga.training.upscalers.fidelity import Fidelity
from haiga.training.upscalers.learner import Settings as UpscalerSettings

BATCH, STEPS = 6, 4


def learner_of(name: str) -> Any:
    """A small learner by its recipe's name."""
    torch.manual_seed(0)
    if name == "fidelity":
        return Fidelity(UpscalerSettings(2, 1, channels=8, blocks=1, faults=Faults(1, 4, 70)))
    if name == "flow":
        shape = FlowShape(width=48, blocks=2, heads=2, words_width=16)
        statistics = {"mean": [0.0] * 8, "deviation": [1.0] * 8}
        settings = Settings(128, seed=1, rate=1e-3)
        return Flow(settings, lambda x: x, statistics, start=FlowNet(shape))
    labels = ("red", "green", "blue") if name == "cgan" else ()
    size = 128 if name == "latentgan" else 16
    width = 24 if name == "latentgan" else 4
    return RECIPES[name](Settings(size, labels, 60, 1, batch=BATCH, width=width))


def batch_of(name: str, step: int) -> Any:
    """The whole batch of a step."""
    draw = torch.Generator().manual_seed(100 + step)

    def numbers(*shape: int) -> torch.Tensor:
        return torch.rand(shape, generator=draw) * 2 - 1

    indexes, flips = np.arange(BATCH) + step * BATCH, np.arange(BATCH) % 2 == 0
    if name == "fidelity":
        return FeedBatch(numbers(BATCH, 3, 100, 100), indexes, flips)
    if name == "flow":
        words, present = numbers(BATCH, 12, 128), torch.ones(BATCH, 12)
        return StepBatch(numbers(BATCH, 8, 16, 16), words=words, present=present, indexes=indexes)
    size = 128 if name == "latentgan" else 16
    labels = torch.arange(BATCH) % 3 if name == "cgan" else None
    return StepBatch(numbers(BATCH, 3, size, size), labels=labels, indexes=indexes, flips=flips)


def main(argv: list[str], crew: Crew = ALONE) -> dict[str, dict[str, torch.Tensor]]:
    """Makes the steps of the learners named: the losses and then the weights of each.

    `argv` begins with a file where the second worker leaves what it has.
    """
    torch.set_num_threads(1)
    told = {name: _steps(name, crew) for name in argv[1:]}
    if crew.rank == 1:
        torch.save(told, argv[0])
    return told


def _steps(name: str, crew: Crew) -> dict[str, torch.Tensor]:
    learner, rng = learner_of(name), RowsGenerator()
    rng.manual_seed(5)
    crew.take_in(learner, BATCH, rng)
    plan, rows = Plan(name, "", 60, BATCH, 1, STEPS, (), 4), crew.rows(BATCH)
    told: dict[str, torch.Tensor] = {}
    for step in range(STEPS):
        if hasattr(learner, "pace"):
            learner.pace(step, plan)
        losses = learner.step(part_of(batch_of(name, step), rows), rng)
        told |= {f"loss {key} {step}": crew.total(v * rows.share) for key, v in losses.items()}
    for module, net in learner.modules.items():
        told |= {f"{module}.{key}": value.detach() for key, value in net.state_dict().items()}
    return told
