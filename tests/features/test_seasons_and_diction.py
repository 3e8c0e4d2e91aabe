"""The lists of season, image and diction words, and how they stand to each other."""

from __future__ import annotations

from haiga.features.diction import archaic_words, coarse_words, lofty_words
from haiga.features.seasons import SEASONS, image_words, season_of, season_of_text


def test_season_words_name_their_season() -> None:
    assert season_of("snow") == "winter"
    assert season_of("cicada") == "summer"
    assert season_of("stone") is None


def test_a_text_has_the_season_most_of_its_words_name() -> None:
    assert season_of_text("snow on the plum blossoms and violets".split()) == "spring"
    assert season_of_text("stone on stone".split()) is None


def test_every_season_has_words_and_all_are_images() -> None:
    assert {season_of(w) for w in image_words()} >= set(SEASONS)


def test_no_image_word_is_coarse_or_archaic_and_a_cock_may_crow() -> None:
    assert not image_words() & (coarse_words() | archaic_words())
    assert "cock" not in coarse_words()


def test_the_lists_do_not_overlap() -> None:
    assert not archaic_words() & lofty_words()
