"""The bundled critic: vectors, cosines, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.core.errors import BadPicture, NoModel
from haiga.core.nouns import Picture
from haiga.features.match import SPACE, Critic


@pytest.fixture(scope="module")
def critic() -> Critic:
    return Critic(threads=1)


def pictures(count: int) -> list[Picture]:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (count, 4, 4, 3)).astype(np.uint8)
    return [np.kron(c, np.ones((32, 32, 1), np.uint8)) for c in coarse]


def test_every_pair_has_a_cosine(critic: Critic) -> None:
    cosines = critic.score(pictures(3), ["snow", "red apples"])
    assert cosines.shape == (3, 2)
    assert np.abs(cosines).max() <= 1 + 1e-5


def test_vectors_have_unit_length(critic: Critic) -> None:
    for rows in (critic.embed_pictures(pictures(2)), critic.embed_texts(["sea", "", "the"])):
        assert rows.shape[1] == SPACE
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_vector_is_the_same_whatever_else_is_asked(critic: Critic) -> None:
    some = pictures(3)
    assert np.array_equal(critic.embed_pictures(some)[1:2], critic.embed_pictures(some[1:2]))
    texts = ["winter moon", "a river of snow, and boats", ""]
    assert np.array_equal(critic.embed_texts(texts)[1:2], critic.embed_texts(texts[1:2]))


def test_nothing_asked_is_nothing_answered(critic: Critic) -> None:
    assert critic.score([], ["snow"]).shape == (0, 1)
    assert critic.score(pictures(1), []).shape == (1, 0)


def test_texts_without_a_known_word_are_all_alike(critic: Critic) -> None:
    empty, small, unknown, snow = critic.embed_texts(["", "it was of the", "zyxomma", "snow"])
    assert np.array_equal(empty, small)
    assert np.array_equal(empty, unknown)
    assert not np.allclose(empty, snow)


def test_the_words_it_reads_are_told(critic: Critic) -> None:
    assert critic.words_of("The snow, the zyxomma snow on boats") == ["snow", "boats"]
    assert len(critic.words_of("snow moon river sea boat hill field bird " * 9)) == 8


def test_every_file_that_enters_a_score_is_named(critic: Critic) -> None:
    names = {name.partition("/")[0] for name in critic.models}
    assert names == {"critic", "eye", "words"}


def test_what_is_no_picture_is_refused(critic: Critic) -> None:
    with pytest.raises(BadPicture):
        critic.embed_pictures([np.zeros((4, 4, 4), np.float32)])  # type: ignore[list-item]


def test_a_critic_that_is_not_there_is_named() -> None:
    with pytest.raises(NoModel, match="critic"):
        Critic("critik")
