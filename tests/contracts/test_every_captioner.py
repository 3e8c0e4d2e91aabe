"""The laws of `Captioner`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Caption, Picture


def same(first: Caption, second: Caption) -> bool:
    if first.attention is None or second.attention is None:
        return first == second
    return (first.text, first.tokens, first.score, first.sure) == (
        second.text, second.tokens, second.score, second.sure,
    ) and np.array_equal(first.attention, second.attention)  # fmt: skip


def test_a_caption_is_one_line_of_words_with_a_likelihood(
    captioner: Any, pictures: list[Picture]
) -> None:
    said = captioner.caption(pictures, seeds=[1, 2, 3])
    assert len(said) == len(pictures)
    for caption in said:
        assert caption.text.strip() == caption.text
        assert caption.text
        assert caption.text.isprintable()
        assert np.isfinite(caption.score)
        assert caption.score <= 0
        assert not caption.tokens or "".join(caption.tokens) == caption.text.replace(" ", "")


def test_where_it_looked_sums_to_one_for_every_word(
    captioner: Any, pictures: list[Picture]
) -> None:
    for caption in captioner.caption(pictures, seeds=[1, 2, 3]):
        if caption.attention is None:
            continue
        assert caption.attention.dtype == np.float32
        assert caption.attention.ndim == 3
        assert len(caption.attention) == len(caption.tokens)
        assert caption.attention.min() >= 0
        assert caption.attention.sum((1, 2)) == pytest.approx(1, abs=1e-4)


def test_a_caption_does_not_depend_on_its_batch(captioner: Any, pictures: list[Picture]) -> None:
    many = [*pictures * 18, pictures[0]]
    together = captioner.caption(many, seeds=range(len(many)))
    for i in (0, 1, 2, 16, 49, 50, 54):
        (alone,) = captioner.caption([many[i]], seeds=[i])
        assert same(together[i], alone), i


def test_the_same_picture_and_seed_give_the_same_caption(
    captioner: Any, pictures: list[Picture]
) -> None:
    (first,) = captioner.caption(pictures[:1], seeds=[9])
    (again,) = captioner.caption(pictures[:1], seeds=[9])
    assert same(first, again)


def test_the_picture_captioned_is_not_touched(captioner: Any, pictures: list[Picture]) -> None:
    before = [picture.copy() for picture in pictures]
    captioner.caption(pictures, seeds=[1, 2, 3])
    assert all(np.array_equal(b, p) for b, p in zip(before, pictures, strict=True))


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 600), (700, 2), (3000, 4000)], ids=["dot", "line", "strip", "huge"]
)
@pytest.mark.parametrize("level", [0, 255])
def test_blank_pictures_of_any_size_get_a_caption(
    captioner: Any, shape: tuple[int, int], level: int
) -> None:
    (caption,) = captioner.caption([np.full((*shape, 3), level, np.uint8)], seeds=[3])
    assert caption.text


def test_nothing_shown_is_nothing_said(captioner: Any) -> None:
    assert captioner.caption([], seeds=[]) == []


def test_pictures_and_seeds_must_be_as_many(captioner: Any, pictures: list[Picture]) -> None:
    with pytest.raises((UserError, ValueError)):
        captioner.caption(pictures, seeds=[1])


def test_an_array_that_is_no_picture_is_refused(captioner: Any, pictures: list[Picture]) -> None:
    for wrong in (
        np.zeros((8, 8, 3)),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((0, 8, 3), np.uint8),
    ):
        with pytest.raises(BadPicture, match="picture 1"):
            captioner.caption([pictures[0], wrong], seeds=[1, 2])
