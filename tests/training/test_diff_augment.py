"""Differentiable augmentation."""

import pytest
import torch

from haiga.training.diff_augment import POLICY, diff_augment


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_same_draws_change_pictures_the_same_way_and_others_do_not() -> None:
    x = torch.rand(4, 3, 16, 16)
    assert torch.equal(diff_augment(x, seeded(1)), diff_augment(x, seeded(1)))
    assert not torch.equal(diff_augment(x, seeded(1)), diff_augment(x, seeded(2)))


@pytest.mark.parametrize("policy", POLICY)
def test_every_picture_of_a_batch_is_changed_in_its_own_way(policy: str) -> None:
    x = torch.rand(1, 3, 16, 16).repeat(8, 1, 1, 1)
    changed = diff_augment(x, seeded(), (policy,))
    assert len({tuple(picture.flatten().tolist()) for picture in changed}) > 3


@pytest.mark.parametrize("policy", POLICY)
def test_gradients_pass_through(policy: str) -> None:
    x = torch.rand(4, 3, 8, 8, dtype=torch.float64, requires_grad=True)

    def change(value: torch.Tensor) -> torch.Tensor:
        return diff_augment(value, seeded(3), (policy,))

    assert torch.autograd.gradcheck(change, (x,))


def test_colours_change_as_the_paper_changes_them() -> None:
    x = torch.rand(5, 3, 8, 8, dtype=torch.float64) * 2 - 1
    rng = seeded(4)
    draws = [torch.rand(5, 1, 1, 1, generator=rng).double() for _ in range(3)]
    wanted = x + (draws[0] - 0.5)
    mean = wanted.mean(1, keepdim=True)
    wanted = (wanted - mean) * (2 * draws[1]) + mean
    mean = wanted.mean((1, 2, 3), keepdim=True)
    wanted = (wanted - mean) * (draws[2] + 0.5) + mean
    torch.testing.assert_close(diff_augment(x, seeded(4), ("color",)), wanted)


def test_translation_moves_by_an_eighth_at_most_and_fills_with_grey() -> None:
    x = torch.zeros(64, 3, 16, 16)
    x[:, :, 8, 8] = 1
    moved = diff_augment(x, seeded(), ("translation",))
    places = moved[:, 0].nonzero()
    assert len(places) == 64
    reach = (places[:, 1:] - 8).abs()
    assert int(reach.max()) == 2
    ones = diff_augment(torch.ones(64, 3, 16, 16), seeded(), ("translation",))
    assert set(ones.unique().tolist()) == {0.0, 1.0}


def test_cutout_takes_a_square_of_half_the_side_at_most() -> None:
    cut = diff_augment(torch.ones(64, 3, 16, 16), seeded(), ("cutout",))
    gone = (cut[:, 0] == 0).flatten(1).sum(1)
    assert int(gone.max()) == 64
    assert int(gone.min()) >= 16
