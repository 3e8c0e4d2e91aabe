"""What holds for every generator recipe."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_recipes import SIZE_PX, batch, tiny

from haiga.core.errors import UserError
from haiga.training import checkpoints
from haiga.training.generators.export import example
from haiga.training.generators.recipe import RECIPES, Settings, Trainee, recommended_or

EVERY = sorted(RECIPES.keys() - {"latentgan"})  # which has sizes of its own: test_latentgan.py


def weights(trainee: Trainee) -> dict[str, torch.Tensor]:
    return {
        f"{name}/{key}": value.detach().clone()
        for name, module in trainee.modules.items()
        for key, value in module.state_dict().items()
    }


def drawn(trainee: Trainee, count: int) -> torch.Tensor:
    with torch.no_grad():
        return trainee.sampler(*example(trainee.inputs, count).values())


@pytest.mark.parametrize("name", EVERY)
def test_a_step_moves_every_network_and_gives_its_losses(name: str) -> None:
    trainee = tiny(name)
    before = weights(trainee)
    losses = trainee.step(batch(), torch.Generator().manual_seed(1))
    after = weights(trainee)
    for module in trainee.modules:
        moved = [key for key in before if key.startswith(module) and "weight" in key]
        assert any(not torch.equal(before[key], after[key]) for key in moved), module
    for loss in losses.values():
        assert torch.isfinite(loss)
        assert not loss.requires_grad


@pytest.mark.parametrize("name", EVERY)
def test_the_same_seeds_train_the_same_network(name: str) -> None:
    runs = []
    for start in (3, 3, 4):
        trainee, rng = tiny(name, seed=start), torch.Generator().manual_seed(1)
        for step in range(2):
            trainee.step(batch(step), rng)
        runs.append(weights(trainee))
    assert all(torch.equal(runs[0][key], runs[1][key]) for key in runs[0])
    assert any(not torch.equal(runs[0][key], runs[2][key]) for key in runs[0])


@pytest.mark.parametrize("name", EVERY)
def test_a_checkpoint_holds_all_that_the_next_steps_need(name: str, tmp_path: Path) -> None:
    whole, rng = tiny(name), torch.Generator().manual_seed(1)
    for step in range(3):
        whole.step(batch(step), rng)
    file = tmp_path / "last.safetensors"
    checkpoints.save(file, whole.modules, whole.optimizers, {}, {"rng": rng.get_state()})
    resumed, later = tiny(name, seed=9), torch.Generator()
    checkpoints.load(file, resumed.modules, resumed.optimizers)
    later.set_state(checkpoints.load_loose(file)["rng"])
    for step in range(3, 6):
        whole.step(batch(step), rng)
        resumed.step(batch(step), later)
    wanted, found = weights(whole), weights(resumed)
    for key in wanted:
        assert torch.equal(wanted[key], found[key]), key


@pytest.mark.parametrize("name", EVERY)
def test_no_picture_depends_on_the_others_of_its_batch(name: str) -> None:
    trainee = tiny(name)
    trainee.step(batch(), torch.Generator().manual_seed(1))
    inputs = example(trainee.inputs, 5)
    with torch.no_grad():
        together = trainee.sampler(*inputs.values())
        alone = trainee.sampler(*(value[2:3] for value in inputs.values()))
    assert together.shape == (5, 3, SIZE_PX, SIZE_PX)
    assert together.abs().max() <= 1
    torch.testing.assert_close(together[2:3], alone, atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_some_steps_teach_it_the_colours_of_its_pictures(name: str) -> None:
    steps = 240 if name == "dcgan" else 60
    trainee, rng = tiny(name, width=8, rate=2e-3), torch.Generator().manual_seed(1)
    wanted = batch(0, 64).pixels.mean((0, 2, 3))  # red discs on white
    before = (drawn(trainee, 16).mean((0, 2, 3)) - wanted).abs().max()
    for step in range(steps):
        trainee.step(batch(step), rng)
    after = (drawn(trainee, 16).mean((0, 2, 3)) - wanted).abs().max()
    assert after < 0.6 * before


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("size_px", [64, 128])
def test_every_recipe_draws_both_sizes(name: str, size_px: int) -> None:
    trainee = RECIPES[name](Settings(size_px, labels=("a", "b"), width=4))
    assert drawn(trainee, 2).shape == (2, 3, size_px, size_px)


@pytest.mark.parametrize("size_px", [16, 32, 256])
def test_fastgan_draws_other_sizes_too(size_px: int) -> None:
    trainee = RECIPES["fastgan"](Settings(size_px, width=4))
    assert drawn(trainee, 2).shape == (2, 3, size_px, size_px)


def test_the_recommended_generator_stays_small_enough_to_be_sent() -> None:
    for size_px, most in ((64, 2.0e6), (128, 2.5e6)):
        sampler = RECIPES["fastgan"](Settings(size_px)).sampler
        assert sum(value.numel() for value in sampler.parameters()) <= most


def test_cgan_needs_two_labels() -> None:
    with pytest.raises(UserError, match="2 or more labels, and there are 1"):
        RECIPES["cgan"](Settings(SIZE_PX, labels=("only",), width=4))


def test_an_unknown_recipe_is_refused_with_a_near_one() -> None:
    assert recommended_or(None) == "fastgan"
    with pytest.raises(UserError, match="did you mean 'fastgan'"):
        recommended_or("fast-gan")


def test_the_global_generator_is_left_as_it_was() -> None:
    before = torch.random.get_rng_state()
    trainee = tiny("fastgan")
    trainee.step(batch(), torch.Generator().manual_seed(1))
    assert torch.equal(before, torch.random.get_rng_state())
