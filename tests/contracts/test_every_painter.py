"""The laws of `Painter`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import UserError
from haiga.core.nouns import Poem, check_picture


def test_one_square_picture_per_poem(painter: Any, poems: list[Poem]) -> None:
    pictures = painter.paint(poems, seeds=[1, 2, 3])
    assert len(pictures) == 3
    sizes = {check_picture(picture).shape for picture in pictures}
    assert len(sizes) == 1
    height, width, _ = sizes.pop()
    assert height == width


def test_the_same_seed_paints_the_same_picture(painter: Any, poems: list[Poem]) -> None:
    (first,) = painter.paint(poems[:1], seeds=[9])
    (again,) = painter.paint(poems[:1], seeds=[9])
    assert np.array_equal(first, again)


def test_a_picture_does_not_depend_on_its_batch(painter: Any, poems: list[Poem]) -> None:
    together = painter.paint(poems, seeds=[4, 5, 6])
    for i, seed in enumerate((4, 5, 6)):
        (alone,) = painter.paint([poems[i]], seeds=[seed])
        assert np.array_equal(together[i], alone)


def test_other_seeds_and_other_poems_give_other_pictures(painter: Any, poems: list[Poem]) -> None:
    one, other_seed = painter.paint([poems[0], poems[0]], seeds=[1, 2])
    (other_poem,) = painter.paint([poems[1]], seeds=[1])
    assert not np.array_equal(one, other_seed)
    assert not np.array_equal(one, other_poem)


def test_a_picture_is_not_one_flat_colour(painter: Any, poems: list[Poem]) -> None:
    for picture in painter.paint(poems, seeds=[1, 2, 3]):
        assert picture.std() > 2


def test_nothing_asked_is_nothing_painted(painter: Any) -> None:
    assert painter.paint([], seeds=[]) == []


def test_poems_and_seeds_must_be_as_many(painter: Any, poems: list[Poem]) -> None:
    with pytest.raises((UserError, ValueError)):
        painter.paint(poems, seeds=[1])


def test_words_never_seen_are_named_once_and_in_order(painter: Any) -> None:
    poem = Poem(("zzyzx and qwrtp", "the zzyzx of snow"))
    assert painter.unseen_words(poem) == ["zzyzx", "qwrtp"]


@pytest.mark.parametrize("text", ["", "   ", "zzyzx qwrtp", "雪", "snow " * 500])
def test_whatever_the_words_a_picture_is_painted_or_they_are_refused(
    painter: Any, text: str
) -> None:
    try:
        (picture,) = painter.paint([Poem((text,))], seeds=[1])
    except UserError:
        return
    check_picture(picture)
