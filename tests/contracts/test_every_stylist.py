"""The laws of `Stylist`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import BadPicture, UserError
from haiga.core.moods import MOODS
from haiga.core.nouns import Picture, check_picture


def test_every_artwork_of_the_bank_is_credited(stylist: Any) -> None:
    styles = stylist.styles()
    assert len({style.id for style in styles}) == len(styles) > 0
    for style in styles:
        assert style.title
        assert style.credit
        assert style.licence
        assert style.mood in MOODS


def test_each_result_has_the_size_of_its_picture(stylist: Any, pictures: list[Picture]) -> None:
    styles = stylist.styles()[:3]
    restyled = stylist.restyle(pictures, styles=styles, strength=0.7, seeds=[1, 2, 3])
    assert [check_picture(p).shape for p in restyled] == [p.shape for p in pictures]


def test_strength_zero_returns_the_picture_to_the_pixel(
    stylist: Any, pictures: list[Picture]
) -> None:
    styles = stylist.styles()[:3]
    restyled = stylist.restyle(pictures, styles=styles, strength=0.0, seeds=[1, 2, 3])
    for before, after in zip(pictures, restyled, strict=True):
        assert np.array_equal(before, after)


def test_full_strength_changes_the_picture(stylist: Any, pictures: list[Picture]) -> None:
    styles = stylist.styles()[:1]
    (after,) = stylist.restyle(pictures[:1], styles=styles, strength=1.0, seeds=[1])
    assert np.abs(after.astype(int) - pictures[0]).mean() > 2


def test_the_same_seed_gives_the_same_picture(stylist: Any, pictures: list[Picture]) -> None:
    styles = stylist.styles()[:1]
    first, again = (
        stylist.restyle(pictures[:1], styles=styles, strength=0.7, seeds=[5])[0] for _ in range(2)
    )
    assert np.array_equal(first, again)


def test_a_result_does_not_depend_on_its_batch(stylist: Any, pictures: list[Picture]) -> None:
    styles = stylist.styles()[:3]
    together = stylist.restyle(pictures, styles=styles, strength=0.7, seeds=[1, 2, 3])
    for i in range(3):
        (alone,) = stylist.restyle([pictures[i]], styles=[styles[i]], strength=0.7, seeds=[i + 1])
        assert np.array_equal(together[i], alone)


def test_the_picture_given_is_not_touched(stylist: Any, pictures: list[Picture]) -> None:
    before = [picture.copy() for picture in pictures]
    for picture in pictures:
        picture.flags.writeable = False
    stylist.restyle(pictures, styles=stylist.styles()[:3], strength=1.0, seeds=[1, 2, 3])
    assert all(np.array_equal(b, p) for b, p in zip(before, pictures, strict=True))


def test_a_style_can_be_read_from_any_picture_and_followed(
    stylist: Any, pictures: list[Picture]
) -> None:
    for picture in pictures:
        style = stylist.read_style(picture)
        (after,) = stylist.restyle([pictures[0]], styles=[style], strength=0.7, seeds=[1])
        assert after.shape == pictures[0].shape


def test_nothing_asked_is_nothing_styled(stylist: Any) -> None:
    assert stylist.restyle([], styles=[], strength=0.5, seeds=[]) == []


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_out_of_range_is_refused(
    stylist: Any, pictures: list[Picture], strength: float
) -> None:
    with pytest.raises(UserError, match="strength"):
        stylist.restyle(pictures[:1], styles=stylist.styles()[:1], strength=strength, seeds=[1])


def test_an_array_that_is_no_picture_is_refused(stylist: Any) -> None:
    with pytest.raises(BadPicture):
        stylist.restyle([np.zeros((8, 8, 3))], styles=stylist.styles()[:1], strength=0.5, seeds=[1])


def test_a_tiny_picture_is_styled(stylist: Any) -> None:
    dot = np.full((1, 1, 3), 90, np.uint8)
    (after,) = stylist.restyle([dot], styles=stylist.styles()[:1], strength=0.7, seeds=[1])
    assert after.shape == (1, 1, 3)


def test_pictures_styles_and_seeds_must_be_as_many(stylist: Any, pictures: list[Picture]) -> None:
    with pytest.raises((UserError, ValueError)):
        stylist.restyle(pictures, styles=stylist.styles()[:1], strength=0.5, seeds=[1, 2, 3])
