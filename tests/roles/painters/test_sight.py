"""What the painter sees in a poem, and what it says it does not see."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.nouns import Poem
from haiga.roles.painters.sight import MAX_WORDS, Sight

SEEN = {"snow": 50, "moon": 40, "river": 90, "blossom": 30, "apples": 200, "sea": 60, "rarely": 2}


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight(SEEN)


def test_words_with_pictures_keep_the_poems_order(sight: Sight) -> None:
    look = sight.look(Poem(("the moon upon", "a river, and snow", "snow")))
    assert [word for word, _ in look.pictured] == ["moon", "river", "snow"]
    assert look.unseen == []


def test_a_word_without_pictures_is_painted_by_its_relatives(sight: Sight) -> None:
    look = sight.look(Poem(("ocean",)))
    (word, vector), *rest = look.pictured
    assert (word, rest) == ("ocean", [])
    cosine = {w: float(vector @ sight.vectors.vector(w)) for w in ("sea", "apples", "snow")}
    assert cosine["sea"] > 0.8 > cosine["snow"]
    assert cosine["sea"] > cosine["apples"]


def test_words_nobody_knows_are_named_once_in_order(sight: Sight) -> None:
    look = sight.look(Poem(("zyxomma moon", "qwertzuiop zyxomma")))
    assert look.unseen == ["zyxomma", "qwertzuiop"]


def test_small_words_are_neither_pictured_nor_unseen(sight: Sight) -> None:
    look = sight.look(Poem(("it is not of the", "and we would be")))
    assert look == type(look)((), [])
    words, present = look.tensors()
    assert words.shape == (1, MAX_WORDS, 128)
    assert not present.any()


def test_plurals_and_possessives_find_their_word(sight: Sight) -> None:
    look = sight.look(Poem(("river's", "moons")))
    for (_, vector), word in zip(look.pictured, ("river", "moon"), strict=True):
        assert float(vector @ sight.vectors.vector(word)) > 0.6


def test_a_long_poem_keeps_the_words_rarest_in_pictures() -> None:
    words = "sun star light day night dawn eve noon hour time year spring"
    common = dict.fromkeys(words.split(), 500)
    sight = Sight({**common, "heron": 9})
    look = sight.look(Poem((" ".join(common) + " heron",)))
    kept = [word for word, _ in look.pictured]
    assert len(kept) == MAX_WORDS
    assert "heron" in kept


def test_the_tensors_hold_unit_variance_vectors_where_words_are(sight: Sight) -> None:
    words, present = sight.look(Poem(("moon river",))).tensors()
    assert present.tolist() == [[1, 1] + [0] * 10]
    assert np.linalg.norm(words[0, 0]) == pytest.approx(128**0.5, rel=1e-4)
    assert not words[0, 2:].any()
