"""The laws of `Generator`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.core.nouns import check_picture


def test_one_square_picture_per_seed(generator: Any) -> None:
    pictures = generator.generate([1, 2, 3])
    side = generator.size_px
    assert [check_picture(picture).shape for picture in pictures] == [(side, side, 3)] * 3


def test_the_same_seed_makes_the_same_picture_and_another_another(generator: Any) -> None:
    first, again, other = generator.generate([9, 9, 10])
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_picture_does_not_depend_on_its_batch(generator: Any) -> None:
    together = generator.generate([4, 5, 6])
    for i, seed in enumerate((4, 5, 6)):
        (alone,) = generator.generate([seed])
        assert np.array_equal(together[i], alone)


def test_a_latent_decides_in_place_of_the_seed(generator: Any) -> None:
    latents = np.random.default_rng(0).standard_normal((2, generator.latent), dtype=np.float32)
    one, two = generator.generate([1, 1], latents=list(latents))
    assert not np.array_equal(one, two)


def test_every_label_can_be_asked_for_and_no_other(generator: Any) -> None:
    for label in generator.labels:
        (picture,) = generator.generate([1], [label])
        check_picture(picture)
    with pytest.raises(UserError):
        generator.generate([1], ["zzyzx"])


def test_nothing_asked_is_nothing_made(generator: Any) -> None:
    assert generator.generate([]) == []


def test_lists_must_pair_up(generator: Any) -> None:
    with pytest.raises((UserError, ValueError)):
        generator.generate([1, 2], latents=[np.zeros(generator.latent, np.float32)])
