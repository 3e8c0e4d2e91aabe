"""The black of a scanner is cut off; what was painted dark stays."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.training.pictures.store_crops import without_scan_border


def page(height: int = 120, width: int = 80) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.integers(205, 235, (height, width, 3)).astype(np.uint8)


def on_black(sheet: np.ndarray, sides: tuple[int, int, int, int]) -> np.ndarray:
    """A sheet with so many black pixels above, below, left and right, and one blurred between."""
    top, bottom, left, right = sides
    blurred = np.pad(sheet, ((1, 1), (1, 1), (0, 0)), constant_values=110)
    return np.pad(blurred, ((top, bottom), (left, right), (0, 0)), constant_values=14)


def test_a_page_scanned_on_black_loses_the_black_and_the_blur() -> None:
    sheet = page()
    scanned = on_black(sheet, (3, 5, 2, 4))
    assert np.array_equal(without_scan_border(scanned), sheet)


def test_a_page_without_a_border_is_left_as_it_is() -> None:
    assert np.array_equal(without_scan_border(page()), page())


@pytest.mark.parametrize("level", [8, 30])
def test_a_night_that_grows_light_slowly_keeps_its_edges(level: int) -> None:
    rows = np.linspace(level, 90, 100)[:, None, None]
    night = np.broadcast_to(rows, (100, 100, 3)).astype(np.uint8)
    assert without_scan_border(night).shape == night.shape


def test_an_all_black_picture_and_a_wide_dark_band_stay_whole() -> None:
    black = np.full((60, 60, 3), 5, np.uint8)
    assert without_scan_border(black).shape == black.shape
    band = page(100, 100)
    band[:30] = 10  # a dark hillside across a third of the picture
    assert without_scan_border(band).shape == band.shape


def test_a_dark_subject_that_touches_the_edge_is_no_border() -> None:
    sheet = page(100, 100)
    sheet[:6, 20:60] = 12
    assert without_scan_border(sheet).shape == sheet.shape
