"""The colours of a picture in the grid of the eye's map."""

from __future__ import annotations

import numpy as np

from haiga.features.colour import oklab
from haiga.features.colour_map import TINTS, colour_maps


def test_every_place_has_the_colours_of_its_own_quarters() -> None:
    picture = np.zeros((64, 128, 3), np.uint8)
    picture[:4, :8] = (255, 0, 0)  # the first quarter of the first place
    picture[-4:, -8:] = (0, 0, 255)  # the last quarter of the last place
    (seen,) = colour_maps([picture])
    assert seen.shape == (TINTS, 8, 8)
    red, blue = oklab(np.array([[255, 0, 0], [0, 0, 255]], np.uint8))
    np.testing.assert_allclose(seen[:3, 0, 0], red, atol=1e-6)
    np.testing.assert_allclose(seen[9:, 7, 7], blue, atol=1e-6)
    assert np.count_nonzero(np.abs(seen).sum(0) > 1e-6) == 2


def test_a_picture_has_the_same_colours_alone_and_among_others() -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in ((9, 40), (200, 31))]
    together = colour_maps(pictures)
    for picture, seen in zip(pictures, together, strict=True):
        assert np.array_equal(colour_maps([picture])[0], seen)
    assert colour_maps([]).shape == (0, TINTS, 8, 8)
