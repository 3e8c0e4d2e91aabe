"""Finding artworks by words."""

from __future__ import annotations

import pytest

from haiga.core.nouns import Style
from haiga.roles.stylists.search import find_styles

BLUE, RED, GREY = (54, 92, 164), (190, 40, 40), (128, 128, 128)


def work(
    name: str, title: str, mood: str = "neutral", colour: tuple[int, int, int] = GREY, **more: str
) -> Style:
    return Style(
        id=name, title=title, artist=more.get("artist", ""), date="", credit="", licence="",
        mood=mood, valence=0.0, arousal=0.0, palette=(colour,), code=(),
        about=more.get("about", ""),
    )  # fmt: skip


SHELF = (
    work("storm", "Ships in a Storm", "anger"),
    work("gale", "A Gale off the Coast"),
    work("calm", "Calm Sea", "trust", BLUE),
    work("wood", "Woods in Autumn", about="a ship's mast lies in the grass"),
    work("rose", "Roses", "love", RED, artist="Marie Moon"),
)


class Few:
    """Two words that are near to a third."""

    def has(self, word: str) -> bool:
        return word == "storm"

    def nearest(self, word: str, n: int = 10) -> list[tuple[str, float]]:
        return [("gale", 0.7), ("sea", 0.3)]


def ids(query: str) -> list[str]:
    return [found.style.id for found in find_styles(SHELF, query, Few())]


def test_a_title_goes_before_a_caption_and_a_plural_finds_the_singular() -> None:
    assert ids("ship")[0] == "storm"
    assert ids("ships")[0] == "storm"
    assert "gale" not in ids("ship")


def test_a_word_near_to_the_one_asked_for_is_found_after_it() -> None:
    found = {one.style.id: one for one in find_styles(SHELF, "storm", Few())}
    assert found["storm"].score > found["gale"].score
    assert found["gale"].reasons == ["'gale' in its title is near to 'storm'"]
    assert not any("sea" in reason for reason in found.get("calm", found["gale"]).reasons)


def test_what_answers_to_every_word_goes_before_what_answers_to_one() -> None:
    assert ids("blue sea")[0] == "calm"
    reasons = find_styles(SHELF, "blue sea")[0].reasons
    assert reasons == ["most of it is blue", "'sea' stands in its title"]


@pytest.mark.parametrize("word", ["love", "loving", "red", "moon"])
def test_moods_colours_and_makers_are_found(word: str) -> None:
    assert ids(word)[0] == "rose"


def test_a_mood_meant_by_an_everyday_word_is_said() -> None:
    (found,) = find_styles(SHELF[2:3], "peaceful")
    assert found.reasons == ["its mood is trust, which 'peaceful' means"]


def test_nothing_is_found_where_nothing_answers() -> None:
    assert find_styles(SHELF, "xylophone") == []
    assert find_styles((), "sea") == []
