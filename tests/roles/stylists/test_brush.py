"""The stylist that paints pictures again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture, Style
from haiga.features.colour import colour_statistics, oklab
from haiga.features.fields import blurred, edge_tensor
from haiga.roles.stylists.brush import BrushStylist
from haiga.roles.stylists.code import unpacked

Make = Callable[..., Picture]


def fine_detail(picture: Picture) -> float:
    """Mean difference between neighbours: what is lost when a picture is enlarged softly."""
    grey = picture.astype(np.float32).mean(axis=-1)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())


def colour_distance(picture: Picture, style_picture: Picture) -> float:
    """Distance of the two Gaussians of OKLab colours, means and deviations."""
    a, b = colour_statistics(oklab(picture)), colour_statistics(oklab(style_picture))
    spread = np.sqrt(np.diag(a.covariance)) - np.sqrt(np.diag(b.covariance))
    return float(np.linalg.norm(a.mean - b.mean) + np.linalg.norm(spread))


def test_every_medium_paints_and_none_paints_like_another(
    landscape: Make, stylist: BrushStylist, one_of_each_medium: list[Style]
) -> None:
    picture = landscape()
    painted = stylist.restyle([picture] * 4, styles=one_of_each_medium, strength=1, seeds=[3] * 4)
    for i, one in enumerate(painted):
        for other in painted[i + 1 :]:
            assert np.abs(one.astype(int) - other).mean() > 4


def test_strokes_add_fine_detail_that_the_soft_picture_lacks(
    landscape: Make, stylist: BrushStylist, one_of_each_medium: list[Style]
) -> None:
    picture = landscape(512, 512)
    for style in one_of_each_medium:
        (painted,) = stylist.restyle([picture], styles=[style], strength=0.6, seeds=[1])
        assert fine_detail(painted) > 1.5 * fine_detail(picture), style.id


@pytest.mark.parametrize(
    ("main", "second"),
    [
        ((180, 60, 40), (230, 170, 90)),
        ((30, 50, 110), (120, 160, 200)),
        ((60, 80, 40), (20, 30, 20)),
    ],
)
def test_the_colours_move_towards_those_of_the_artwork_and_farther_with_more_strength(
    landscape: Make,
    artwork: Make,
    stylist: BrushStylist,
    main: tuple[int, int, int],
    second: tuple[int, int, int],
) -> None:
    picture, reference = landscape(), artwork(main, second)
    style = stylist.read_style(reference)
    distances = [colour_distance(picture, reference)]
    for strength in (0.4, 1.0):
        (painted,) = stylist.restyle([picture], styles=[style], strength=strength, seeds=[1])
        distances.append(colour_distance(painted, reference))
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 0.5 * distances[0]


def test_the_drawing_survives_full_strength(
    landscape: Make, stylist: BrushStylist, one_of_each_medium: list[Style]
) -> None:
    picture = landscape(256, 256)
    light = oklab(picture)[..., 0].reshape(16, 16, 16, 16).mean(axis=(1, 3))
    for style in one_of_each_medium:
        (painted,) = stylist.restyle([picture], styles=[style], strength=1.0, seeds=[2])
        after = oklab(painted)[..., 0].reshape(16, 16, 16, 16).mean(axis=(1, 3))
        assert np.corrcoef(light.ravel(), after.ravel())[0, 1] > 0.75, style.id


@pytest.mark.parametrize("angle", [0.3, 0.8, 1.57, 2.4])
def test_strokes_run_along_the_contours_of_the_picture(
    stylist: BrushStylist, bank: tuple[Style, ...], angle: float
) -> None:
    y, x = np.mgrid[0:384, 0:384].astype(np.float32)
    wave = np.sin((np.cos(angle) * y - np.sin(angle) * x) * 0.05)
    picture = np.repeat((130 + 60 * wave)[..., None], 3, axis=-1).astype(np.uint8)
    oil = next(s for s in bank if unpacked(s.code, s.id).medium == "oil")
    (painted,) = stylist.restyle([picture], styles=[oil], strength=0.5, seeds=[1])
    light = oklab(painted)[..., 0]
    _, along, across = edge_tensor(light - blurred(light, 12), 2.0)
    seen = 0.5 * np.arctan2(across.mean(), along.mean())
    assert abs((seen - angle + np.pi / 2) % np.pi - np.pi / 2) < 0.3


def test_a_white_page_stays_light_under_a_dark_artwork(
    artwork: Make, stylist: BrushStylist
) -> None:
    page = np.full((128, 128, 3), 252, np.uint8)
    page[40:90, 40:90] = (200, 40, 40)
    style = stylist.read_style(artwork((30, 30, 40), (60, 50, 50)))
    (painted,) = stylist.restyle([page], styles=[style], strength=0.8, seeds=[1])
    assert painted[:20].mean() > 215


def test_another_seed_lays_other_strokes_in_the_same_colours(
    landscape: Make, stylist: BrushStylist, bank: tuple[Style, ...]
) -> None:
    picture = landscape()
    one, two = stylist.restyle([picture] * 2, styles=[bank[0]] * 2, strength=0.7, seeds=[1, 2])
    assert not np.array_equal(one, two)
    assert np.abs(one.mean(axis=(0, 1)) - two.mean(axis=(0, 1))).max() < 6


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (3, 40), (5, 5), (17, 3), (200, 31), (31, 200), (300, 300)]
)
def test_pictures_of_any_size_and_shape_come_back_in_that_size(
    landscape: Make, stylist: BrushStylist, one_of_each_medium: list[Style], width: int, height: int
) -> None:
    picture = landscape(width, height)
    for style in one_of_each_medium:
        (painted,) = stylist.restyle([picture], styles=[style], strength=0.7, seeds=[1])
        assert painted.shape == picture.shape
        assert painted.dtype == np.uint8


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_can_be_painted_and_followed(
    landscape: Make, stylist: BrushStylist, level: int
) -> None:
    flat = np.full((64, 64, 3), level, np.uint8)
    style = stylist.read_style(flat)
    assert len(style.palette) == 1
    for picture in (flat, landscape(96, 96)):
        (painted,) = stylist.restyle([picture], styles=[style], strength=0.7, seeds=[1])
        assert painted.shape == picture.shape


def test_a_style_read_twice_from_one_picture_is_the_same(
    artwork: Make, stylist: BrushStylist
) -> None:
    reference = artwork((20, 80, 120), (220, 200, 160))
    assert stylist.read_style(reference) == stylist.read_style(reference.copy())
    assert stylist.read_style(reference).id != stylist.read_style(reference[1:]).id


def test_a_little_strength_shows_the_picture_beneath(
    landscape: Make, stylist: BrushStylist, bank: tuple[Style, ...]
) -> None:
    picture = landscape()
    changes = []
    for strength in (0.02, 0.1, 0.3):
        (painted,) = stylist.restyle([picture], styles=[bank[5]], strength=strength, seeds=[1])
        changes.append(float(np.abs(painted.astype(int) - picture).mean()))
    assert 0 < changes[0] < changes[1] < changes[2]
    assert changes[0] < 3


def test_wrong_requests_are_refused_in_plain_words(
    landscape: Make, stylist: BrushStylist, bank: tuple[Style, ...]
) -> None:
    picture = landscape(32, 32)
    with pytest.raises(UserError, match="strength is 1.5; it must lie between 0 and 1"):
        stylist.restyle([picture], styles=[bank[0]], strength=1.5, seeds=[1])
    with pytest.raises(UserError, match="1 pictures, 2 styles and 1 seeds cannot be paired"):
        stylist.restyle([picture], styles=list(bank[:2]), strength=0.5, seeds=[1])
    with pytest.raises(BadPicture, match="picture 1: expected"):
        stylist.restyle([picture[..., 0]], styles=[bank[0]], strength=0.5, seeds=[1])
    broken = replace(bank[0], code=(1.0, 2.0))
    with pytest.raises(UserError, match="has a code of 2 numbers that brush.v1 cannot read"):
        stylist.restyle([picture], styles=[broken], strength=0.5, seeds=[1])
