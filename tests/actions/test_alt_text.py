"""The alt text says only what is known, in 400 characters at most."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haiga.actions.alt_text import MAX_CHARACTERS, describe, main_colours
from haiga.core.moods import mood_named
from haiga.core.nouns import Picture, Poem, Style
from haiga.features.colour_names import colour_name

POEM = Poem(("winter moon rising", "a crow on the frozen pond", "and no one to see"), "haiku")
MOOD = mood_named("sadness", "asked for")
STYLE = Style(
    id="s",
    title="The Sea",
    artist="Ivan Aivazovsky",
    date="1898",
    credit="A museum",
    licence="CC0",
    mood="sadness",
    valence=0,
    arousal=0,
    palette=((0, 0, 90),),
    code=(),
)


def stripes(*colours: tuple[int, int, int]) -> Picture:
    return np.array(colours, np.uint8).repeat(20, 0)[:, None].repeat(40, 1)


PICTURE = stripes((30, 42, 84), (30, 42, 84), (190, 142, 62))


def test_it_names_words_colours_mood_artwork_and_poem() -> None:
    assert describe(POEM, MOOD, PICTURE, STYLE, []) == (
        "A haiku with a painting made from the words winter, moon, crow and frozen. "
        "Mostly dark blue and ochre; the mood is sadness; styled after “The Sea” by Ivan "
        "Aivazovsky. The haiku reads: winter moon rising / a crow on the frozen pond / "
        "and no one to see"
    )


def test_words_the_painter_never_saw_are_not_said_to_be_painted() -> None:
    text = describe(POEM, MOOD, PICTURE, STYLE, ["crow", "moon"])
    assert "made from the words winter, frozen and pond" in text


def test_a_single_word_is_one_word() -> None:
    text = describe(Poem(("a crow",)), MOOD, PICTURE, None, [])
    assert "made from the word crow." in text


@pytest.mark.parametrize(
    ("caption", "looks"),
    [
        ("a view of the country in brown and grey, light above",
         "a view of the country, light above"),
        ("a pale photograph of grass and the sea under the sky, mostly blue and grey",
         "grass and the sea under the sky"),
        ("a watercolor of a small red apple, whole and cut, on cream paper",
         "a small red apple, whole and cut"),
        ("a dark portrait of a man in black", "a dark portrait of a man"),
    ],
)  # fmt: skip
def test_a_caption_is_told_without_its_colours_for_the_picture_tells_them(
    caption: str, looks: str
) -> None:
    text = describe(POEM, MOOD, PICTURE, None, [], caption)
    assert f". It looks like {looks}. Mostly dark blue" in text


def test_no_artwork_and_no_image_words_are_simply_left_out() -> None:
    text = describe(Poem(("because of this",)), MOOD, PICTURE, None, [])
    assert text == (
        "A poem with a painting made from its words. Mostly dark blue and ochre; the mood is "
        "sadness. The poem reads: because of this"
    )


def test_a_painter_that_saw_none_of_the_words_is_not_said_to_have_painted_them() -> None:
    text = describe(Poem(("snow",)), MOOD, PICTURE, None, ["snow"])
    assert text.startswith("A poem with a painting. Mostly")


def test_an_artwork_whose_artist_is_not_known_is_named_alone() -> None:
    style = replace(STYLE, artist="", title="A Song dynasty landscape")
    assert "styled after a Song dynasty landscape. " in describe(POEM, MOOD, PICTURE, style, [])


def test_a_long_title_gives_way_before_the_poem_does() -> None:
    text = describe(POEM, MOOD, PICTURE, replace(STYLE, title="Sea " * 80), [])
    assert "Sea" not in text
    assert "Ivan Aivazovsky" in text
    assert text.endswith("and no one to see")


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=8),
    st.text(max_size=300),
    st.text(max_size=300),
)
def test_it_never_exceeds_its_length(lines: list[str], title: str, artist: str) -> None:
    style = replace(STYLE, title=title, artist=artist)
    assert len(describe(Poem(tuple(lines)), MOOD, PICTURE, style, [])) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((200, 30, 30), "red"),
        ((60, 90, 170), "blue"),
        ((60, 130, 60), "green"),
        ((130, 130, 132), "grey"),
    ],
)
def test_plain_colours_have_their_plain_names(colour: tuple[int, int, int], name: str) -> None:
    assert colour_name(colour) == name


def test_main_colours_come_most_frequent_first_and_small_ones_not_at_all() -> None:
    picture = stripes(*[(54, 92, 164)] * 12, *[(190, 40, 40)] * 7, (246, 246, 244))
    assert main_colours(picture) == ["blue", "red"]


def test_what_colour_there_is_comes_before_more_of_grey() -> None:
    picture = stripes(*[(128, 128, 128)] * 12, *[(54, 92, 164)] * 8)
    assert main_colours(picture) == ["blue", "grey"]
