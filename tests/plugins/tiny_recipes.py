"""Recipes made so small that a step takes milliseconds."""

from __future__ import annotations

import numpy as np
import torch

from haiga.training.generators.recipe import RECIPES, Settings, StepBatch, Trainee

SIZE_PX = 16


def tiny(name: str, *, seed: int = 0, width: int = 4, rate: float | None = None) -> Trainee:
    """A recipe for 16 px pictures of three labels."""
    settings = Settings(SIZE_PX, labels=("a", "b", "c"), seed=seed, batch=6, width=width, rate=rate)
    return RECIPES[name](settings)


def batch(seed: int = 0, count: int = 6) -> StepBatch:
    """Red discs on white, with their labels."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX]
    pixels = np.ones((count, 3, SIZE_PX, SIZE_PX), np.float32)
    for picture in pixels:
        top, left = draw.uniform(5, 10, 2)
        disc = (y - top) ** 2 + (x - left) ** 2 < 16
        picture[:, disc] = np.array([0.8, -0.7, -0.8], np.float32)[:, None]
    labels = torch.from_numpy(draw.integers(0, 3, count))
    tensor = torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last)
    return StepBatch(tensor, labels=labels)
