"""From a trained recipe to a folder that makes pictures without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_recipes import SIZE_PX, batch, tiny

from haiga.core.errors import JobError
from haiga.models.card import read_card
from haiga.roles.generators.latent import LatentGenerator
from haiga.training.generators.export import TOLERANCE, example, write_generator
from haiga.training.generators.recipe import RECIPES


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(RECIPES.keys() - {"latentgan"}))
def test_what_is_exported_draws_what_torch_draws(name: str, tmp_path: Path) -> None:
    trainee = tiny(name)
    trainee.step(batch(), torch.Generator().manual_seed(1))
    card = write_generator(
        trainee, tmp_path / "model", recipe=name, size_px=SIZE_PX, command="haiga train generator"
    )
    assert float(card.parity["generator_max_abs_difference"]) <= TOLERANCE
    assert read_card(tmp_path / "model").role == "generator"
    made = LatentGenerator(model=str(tmp_path / "model"))
    assert made.labels == tuple(trainee.inputs["labels"])
    inputs = example(trainee.inputs, 1)
    values = {code.name: 0 for code in made.codes}
    if "codes" in inputs:
        inputs["codes"] = torch.zeros_like(inputs["codes"])
        inputs["codes"][0, 0] = 1  # kind 0, both numbers 0
    with torch.no_grad():
        wanted = trainee.sampler(*inputs.values())[0].permute(1, 2, 0).numpy()
    (picture,) = made.generate(
        [1],
        labels=[made.labels[0]] if made.labels else None,
        codes=[values],
        latents=[inputs["latent"][0].numpy()],
    )
    levels = np.clip((wanted + 1) * 127.5, 0, 255)
    assert np.abs(picture - levels).max() <= 127.5 * TOLERANCE + 0.5


@pytest.mark.slow
def test_weights_that_are_no_numbers_are_not_handed_on(tmp_path: Path) -> None:
    trainee = tiny("dcgan")
    with torch.no_grad():
        next(trainee.sampler.parameters()).fill_(float("nan"))
    with pytest.raises(JobError, match="differs from the trained network by nan"):
        write_generator(trainee, tmp_path, recipe="dcgan", size_px=SIZE_PX, command="none")
    assert not (tmp_path / "card.toml").exists()
