"""The losses against cases that can be worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from haiga.training.losses import laplacian_l1
from haiga.training.nets.autoencoder import kl_divergence, sample_latent


def test_equal_pictures_have_no_laplacian_loss() -> None:
    picture = torch.rand(2, 3, 16, 16)
    assert laplacian_l1(picture, picture).item() == 0.0


def test_a_constant_difference_is_seen_only_at_the_coarsest_level() -> None:
    a = torch.zeros(1, 3, 16, 16)
    assert laplacian_l1(a, a + 0.25).item() == pytest.approx(0.25)


def test_a_checkerboard_is_seen_only_at_the_finest_level() -> None:
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(8, 8).expand(1, 3, 16, 16)
    assert laplacian_l1(board, torch.zeros_like(board)).item() == pytest.approx(1.0)


def test_a_standard_normal_has_no_divergence_from_itself() -> None:
    zero = torch.zeros(2, 8, 4, 4)
    assert kl_divergence(zero, zero).item() == 0.0


def test_divergence_of_a_shifted_narrow_gaussian_is_the_closed_form() -> None:
    mean, variance = 0.7, 0.09
    expected = 0.5 * (mean**2 + variance - 1 - math.log(variance))
    found = kl_divergence(torch.full((1, 1), mean), torch.full((1, 1), math.log(variance)))
    assert found.item() == pytest.approx(expected, rel=1e-5)


def test_a_draw_without_noise_is_the_mean() -> None:
    mean = torch.randn(2, 8, 4, 4)
    assert torch.equal(sample_latent(mean, torch.zeros_like(mean), torch.zeros_like(mean)), mean)
