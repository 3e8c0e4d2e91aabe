"""What pictures are made small by, and what they suffer besides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from haiga.training.nets.upscaler import UpscalerNet
from haiga.training.upscalers.degrade import Faults, reduced
from haiga.training.upscalers.learner import luma, patches, psnr


@pytest.fixture
def pictures() -> torch.Tensor:
    """Three noisy pictures of 48 × 64 px in 8 bits, (3, 3, 48, 64) in [0, 1]."""
    levels = np.random.default_rng(3).integers(0, 256, (3, 48, 64, 3)).astype(np.uint8)
    smooth = [Image.fromarray(p[::4, ::4]).resize((64, 48), Image.Resampling.BICUBIC)
              for p in levels]  # fmt: skip
    return torch.from_numpy(np.stack([np.asarray(s) for s in smooth])).permute(0, 3, 1, 2) / 255


def by_pillow(pictures: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    levels = (pictures * 255).round().byte().permute(0, 2, 3, 1).numpy()
    made = [np.asarray(Image.fromarray(p).resize(size, Image.Resampling.BICUBIC)) for p in levels]
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2) / 255


@pytest.mark.parametrize("scale", [2, 4])
def test_the_plain_reduction_is_pillows(pictures: torch.Tensor, scale: int) -> None:
    """But for the 8 bits that Pillow rounds to between its two passes."""
    apart = (reduced(pictures, scale) - by_pillow(pictures, (64 // scale, 48 // scale))).abs()
    assert apart.max() < 5.01 / 255
    assert apart.mean() < 0.6 / 255


@pytest.mark.parametrize("scale", [2, 4])
def test_an_untrained_network_enlarges_as_pillow_does_away_from_the_edges(
    pictures: torch.Tensor, scale: int
) -> None:
    with torch.no_grad():
        ours = UpscalerNet(scale, 4, 1)(pictures)
    pillows = by_pillow(pictures, (64 * scale, 48 * scale))
    inside = slice(3 * scale, -3 * scale)
    apart = (ours.clamp(0, 1) - pillows)[:, :, inside, inside].abs()
    assert apart.max() < 5.01 / 255
    assert apart.mean() < 0.6 / 255


@pytest.mark.parametrize("faults", [Faults(blur=1.0), Faults(noise=20), Faults(jpeg=30)])
def test_each_fault_changes_the_picture_as_the_seed_says(
    pictures: torch.Tensor, faults: Faults
) -> None:
    once, again, other = (
        reduced(pictures, 2, faults, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(once, again)
    assert not torch.equal(once, other)
    assert 0.001 < (once - reduced(pictures, 2)).abs().mean() < 0.2
    assert faults.told


def test_a_patch_is_a_part_of_its_own_tile_turned_or_not() -> None:
    tiles = torch.arange(4).float().view(4, 1, 1, 1).expand(4, 3, 100, 100) / 4 - 0.5
    cut = patches(tiles, 4, torch.Generator().manual_seed(0))
    assert cut.shape == (4, 3, 96, 96)
    assert torch.allclose(cut.mean((1, 2, 3)), tiles[:, 0, 0, 0] * 0.5 + 0.5)


def test_psnr_is_of_luma_and_leaves_the_border_out() -> None:
    wanted = torch.full((1, 3, 20, 20), 0.5)
    made = wanted.clone()
    made[:, 1] += 0.1  # green: 0.0587 of luma
    assert psnr(made, wanted, 2).item() == pytest.approx(-20 * np.log10(0.0587), abs=0.01)
    spoiled = wanted.clone()
    spoiled[:, :, 0] = 0
    assert psnr(spoiled, wanted, 1).item() == pytest.approx(100)
    assert luma(torch.ones(1, 3, 2, 2)).sum().item() == pytest.approx(4)
