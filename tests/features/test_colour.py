"""OKLab, palettes and colour statistics."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.features.colour import clustered, colour_statistics, oklab, palette, srgb


def test_every_hundredth_srgb_colour_survives_the_way_to_oklab_and_back() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, 5)] * 3), axis=-1).astype(np.uint8)
    difference = srgb(oklab(grid)).astype(int) - grid.astype(int)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [  # Ottosson's conversion, computed in double precision
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (0.6280, 0.2249, 0.1258)),
        ((0, 255, 0), (0.8664, -0.2339, 0.1795)),
        ((0, 0, 255), (0.4520, -0.0325, -0.3115)),
    ],
)
def test_the_corners_of_srgb_have_their_published_oklab_values(
    rgb: tuple[int, int, int], expected: tuple[float, float, float]
) -> None:
    assert oklab(np.array(rgb, np.uint8)) == pytest.approx(expected, abs=2e-4)


def test_colours_outside_the_gamut_are_clipped_not_wrapped() -> None:
    assert srgb(np.array([1.3, 0.0, 0.0], np.float32)).tolist() == [255, 255, 255]
    assert srgb(np.array([-0.2, 0.0, 0.0], np.float32)).tolist() == [0, 0, 0]


def test_a_palette_names_the_colours_of_a_flag_with_the_most_frequent_first() -> None:
    flag = np.zeros((60, 60, 3), np.uint8)
    flag[:40] = (200, 30, 30)
    flag[40:] = (20, 40, 160)
    colours, shares = palette(flag, 4)
    assert np.abs(np.array(colours[0]) - (200, 30, 30)).max() <= 1
    assert sum(shares) == pytest.approx(1)
    assert shares == tuple(sorted(shares, reverse=True))
    assert min(np.abs(np.array(c) - (20, 40, 160)).max() for c in colours) <= 1


def test_a_flat_picture_has_a_palette_of_one_colour() -> None:
    assert palette(np.full((9, 7, 3), 77, np.uint8), 6)[0] == ((77, 77, 77),)
    assert len(palette(np.full((1, 1, 3), 12, np.uint8), 6)[0]) == 1


def test_statistics_of_a_flat_colour_are_that_colour_without_spread() -> None:
    lab = np.tile(np.array([0.5, 0.1, -0.1], np.float32), (4, 5, 1))
    statistics = colour_statistics(lab)
    assert statistics.mean == pytest.approx([0.5, 0.1, -0.1])
    assert np.abs(statistics.covariance).max() < 1e-6
    assert statistics.quantiles == pytest.approx([0.5] * 9)


def test_clusters_find_well_separated_groups() -> None:
    points = np.repeat(np.array([[0.1, 0, 0], [0.5, 0, 0], [0.9, 0, 0]], np.float32), 20, axis=0)
    centres = clustered(points, 3)
    assert sorted(centres[:, 0]) == pytest.approx([0.1, 0.5, 0.9])
