"""From captions to word vectors: what is drawn, what is lost, and that a step draws it again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

from haiga.training.painters.words import CaptionWords, captions_of, enough_pictures

CAPTIONS = [
    "a watercolor of two red apples",
    "Snow on the river; zzyzx",
    "",
    "the of and",
    "boat lake morning storm waves red flower garden night moon tree field bird stone",
    "held-out quolluxes",
]


@pytest.fixture(scope="module")
def words() -> CaptionWords:
    return CaptionWords(CAPTIONS, [0, 1, 2, 3, 4], seed=5)


def test_words_that_say_something_and_have_a_vector_are_kept_in_order(words: CaptionWords) -> None:
    assert words.words[1] == ("snow", "river")
    assert words.words[2] == words.words[3] == ()
    assert set(words.words[0]) >= {"red"}
    assert "a" not in words.words[0]


def test_words_without_a_vector_are_counted_as_lost_of_the_training_captions_only(
    words: CaptionWords,
) -> None:
    assert words.lost["zzyzx"] == 1
    assert "quolluxes" not in words.lost
    assert "zzyzx" not in words
    assert "the" in words
    assert "snow" in words
    assert words.seen["red"] == 2
    assert words.told == 3


def test_a_step_draws_the_same_words_again_and_another_step_others(words: CaptionWords) -> None:
    indexes = np.array([4] * 16)
    first, mask = words.draw(indexes, 7)
    again, mask_again = words.draw(indexes, 7)
    other, _ = words.draw(indexes, 8)
    assert torch.equal(first, again)
    assert torch.equal(mask, mask_again)
    assert not torch.equal(first, other)


def test_texts_are_empty_one_time_in_eight_and_else_have_one_to_twelve_words(
    words: CaptionWords,
) -> None:
    _, present = words.draw(np.full(4000, 4), 0)
    counts = present.sum(1)
    assert 0.10 < float((counts == 0).float().mean()) < 0.15
    assert int(counts.max()) <= 12
    _, lone = words.draw(np.full(400, 2), 0)
    assert float(lone.sum()) == 0


def test_a_caption_of_one_word_is_seldom_empty() -> None:
    words = CaptionWords(["snow"], [0])
    _, present = words.draw(np.zeros(2000, np.int64), 0)
    assert 0.84 < float(present.sum(1).mean()) < 0.91


def test_whole_captions_give_their_first_twelve_words_at_unit_variance(
    words: CaptionWords,
) -> None:
    vectors, present = words.whole(np.array([4, 1]))
    assert vectors.shape == (2, 12, 128)
    assert present.sum(1).tolist() == [12, 2]
    assert float(vectors[1, 0].square().mean()) == pytest.approx(1, abs=1e-4)
    assert float(vectors[1, 2:].abs().max()) == 0


@dataclass
class Item:
    caption: str
    columns: dict[str, str] = field(default_factory=dict)


def test_tags_join_the_caption_unless_a_column_was_asked_for() -> None:
    items = [Item("a pear", {"Tags": "fruit\nleaf"}), Item("")]
    assert captions_of(items, None) == ["a pear fruit\nleaf", ""]
    assert captions_of(items, "caption") == ["a pear", ""]


@pytest.mark.parametrize(("pictures", "enough"), [(20, 2), (500, 4), (9000, 8)])
def test_few_pictures_ask_less_of_a_word(pictures: int, enough: int) -> None:
    assert enough_pictures(pictures) == enough
