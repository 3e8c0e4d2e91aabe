"""Measuring an artwork's style."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, Style
from haiga.roles.stylists.code import CODE_LENGTH, MEDIA, guessed, measure, unpacked

Make = Callable[..., Picture]


def test_a_code_survives_packing(artwork: Make) -> None:
    code = measure(artwork((120, 60, 40), (220, 200, 150)))
    packed = code.packed()
    assert len(packed) == CODE_LENGTH
    again = unpacked(packed, "x")
    assert again.colour.mean == pytest.approx(code.colour.mean, abs=1e-4)
    assert again.colour.covariance == pytest.approx(code.colour.covariance, abs=1e-6)
    assert again.bands == pytest.approx(code.bands, abs=1e-4)
    assert again.coherence == pytest.approx(code.coherence, abs=1e-4)


def test_stripes_have_a_lean_and_coherence_and_noise_has_not() -> None:
    y = np.mgrid[0:192, 0:192][0]
    level = ((np.sin(y * 0.5) * 0.5 + 0.5) * 255).astype(np.uint8)
    stripes = measure(np.stack([level] * 3, axis=-1))
    noise = measure(np.random.default_rng(1).integers(0, 256, (192, 192, 3), dtype=np.uint8))
    assert stripes.coherence > 0.8 > 0.5 > noise.coherence
    assert stripes.lean[0] > 0.8
    assert noise.texture > stripes.texture


def test_broad_strokes_measure_coarser_than_fine_ones() -> None:
    rng = np.random.default_rng(2)

    def blotches(size: int) -> Picture:
        small = Image.fromarray(rng.integers(0, 256, (size, size, 3), dtype=np.uint8))
        return np.asarray(small.resize((192, 192), Image.Resampling.BICUBIC))

    assert measure(blotches(8)).coarseness > measure(blotches(90)).coarseness


def test_the_same_artwork_at_twice_the_size_measures_nearly_the_same(artwork: Make) -> None:
    picture = artwork((40, 70, 110), (200, 190, 160))
    doubled = np.asarray(Image.fromarray(picture).resize((240, 240), Image.Resampling.LANCZOS))
    a, b = measure(picture), measure(doubled)
    assert a.colour.mean == pytest.approx(b.colour.mean, abs=0.01)
    assert a.bands == pytest.approx(b.bands, abs=0.01)


def test_a_fruit_on_a_white_page_does_not_say_that_the_world_is_white() -> None:
    page = np.full((100, 100, 3), 250, np.uint8)
    page[30:70, 30:70] = (190, 40, 30)
    assert measure(page).colour.mean[0] < 0.75
    assert measure(page).ground[0] > 0.95


def test_a_known_medium_is_kept_and_an_unknown_one_refused(artwork: Make) -> None:
    picture = artwork((40, 70, 110), (200, 190, 160))
    assert [measure(picture, medium).medium for medium in MEDIA] == list(MEDIA)
    with pytest.raises(UserError, match="no medium named 'crayon'; known: oil"):
        measure(picture, "crayon")


def test_most_artworks_of_each_medium_are_recognised_from_their_code(
    bank: tuple[Style, ...],
) -> None:
    known = [(s, unpacked(s.code, s.id)) for s in bank if s.offered]
    for medium in MEDIA:
        codes = [code for _, code in known if code.medium == medium]
        right = sum(guessed(code) == medium for code in codes)
        assert right > 0.5 * len(codes), medium


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (7, 2, 3)])
def test_tiny_and_thin_pictures_have_a_style(shape: tuple[int, int, int]) -> None:
    packed = measure(np.full(shape, 90, np.uint8)).packed()
    assert np.isfinite(packed).all()
