"""Hashes and thumbnails: bits counted by hand, and what they do not mind."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.hashes import dhash, differing_bits, thumbnails


def noise(seed: int, side: int = 64) -> Picture:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    return np.asarray(small.resize((side, side), Image.Resampling.BICUBIC))


def ramp(rising: bool) -> Picture:
    row = np.linspace(0, 255, 90).astype(np.uint8)
    row = row if rising else row[::-1]
    return np.ascontiguousarray(np.tile(row[None, :, None], (80, 1, 3)))


def test_a_rising_ramp_sets_every_bit_and_a_falling_one_none() -> None:
    assert dhash([ramp(True), ramp(False)]).tolist() == [2**64 - 1, 0]
    assert differing_bits(dhash([ramp(True)]), dhash([ramp(False)])).tolist() == [[64]]


def test_bits_are_counted_as_python_counts_them() -> None:
    rng = np.random.default_rng(1)
    first, second = (rng.integers(0, 2**63, n, dtype=np.uint64) for n in (5, 7))
    expected = [[(int(a) ^ int(b)).bit_count() for b in second] for a in first]
    assert differing_bits(first, second).tolist() == expected


def test_another_file_of_one_picture_differs_little_and_another_picture_much() -> None:
    picture = noise(2)
    buffer = io.BytesIO()
    Image.fromarray(picture).resize((50, 50)).save(buffer, "JPEG", quality=50)
    again = np.asarray(Image.open(buffer))
    other = [noise(seed) for seed in range(3, 20)]
    bits = differing_bits(dhash([picture]), dhash([again, *other]))[0]
    assert bits[0] <= 6
    assert bits[1:].min() > 12


def test_thumbnails_do_not_mind_brightness_or_one_channels_gain() -> None:
    picture = noise(4)
    darker = (picture * np.array([0.5, 0.5, 0.5]) + 20).astype(np.uint8)
    one, two, other = thumbnails([picture, darker, noise(5)])
    assert one.shape == (16 * 16 * 3,)
    assert one.mean() == pytest.approx(0, abs=1e-5)
    assert np.abs(one - two).mean() < 0.25 * np.abs(one - other).mean()


def test_no_pictures_have_no_hashes_and_a_flat_one_is_all_zeros() -> None:
    assert dhash([]).shape == (0,)
    assert thumbnails([]).shape == (0, 768)
    flat = np.full((10, 10, 3), 200, np.uint8)
    assert not thumbnails([flat]).any()
