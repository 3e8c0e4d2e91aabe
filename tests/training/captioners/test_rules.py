"""What each collection's pictures are said to show, from titles, tags and pixels."""

from __future__ import annotations

import numpy as np
import pytest

from haiga.training.captioners.look import Look, look_of
from haiga.training.captioners.rules import captions_of, objects_of, tag_caption
from haiga.training.captioners.wording import CommonWords

COMMON = CommonWords(
    ["a wood and a wood, a winter landscape, a winter evening by the lake and the lake, trees",
     "with a winter landscape and trees, some trees, a beggar and a beggar, flowers and flowers"]
)  # fmt: skip
BROWN = Look(("brown", "green"))


def painting(**record: object) -> tuple[str, ...]:
    return captions_of("square_paintings", record, COMMON, BROWN)


@pytest.mark.parametrize(
    ("record", "caption"),
    [
        ({"title": "Portrait of Mrs Siddons"}, "a portrait of a woman in brown and green"),
        ({"title": "Portrait of Johannes Wtenbogaert"}, "a portrait of a man in brown and green"),
        ({"title": "Thomas Cavendish (1560-1592)"}, "a portrait of a man in brown and green"),
        ({"title": "Self-portrait", "artist_gender": "female"},
         "a self-portrait of a woman in brown and green"),
        ({"title": "Madonna and Child with Two Angels"},
         "a painting of the virgin and child with angels in brown and green"),
        ({"title": "Saint Catherine of Siena"}, "a painting of a holy woman in brown and green"),
        ({"title": "Saint Jerome"}, "a painting of a saint in brown and green"),
        ({"title": "Venus and Adonis"},
         "a painting of a goddess and a youth in brown and green"),
        ({"title": "Moses and the Tables of the Law"},
         "a painting of a scene from the bible in brown and green"),
        ({"title": "A Winter Landscape"}, "a painting of a winter landscape in brown and green"),
        ({"title": "Ohne Titel", "tags": ["Broad-leaved tree", "Cow", "Baroque"]},
         "a painting of trees and cows in brown and green"),
        ({"title": "Xyz", "genre_guess": ["landscape"]},
         "a view of the country in brown and green"),
    ],
)  # fmt: skip
def test_a_painting_is_described_and_not_named(record: dict[str, object], caption: str) -> None:
    assert painting(**record) == (caption,)


@pytest.mark.parametrize("title", ["Totenklage", "Retribution", "", None, "Udnie"])
def test_a_title_that_says_nothing_to_be_seen_gives_no_caption(title: str | None) -> None:
    assert painting(title=title) == ()


def test_a_painting_is_called_dark_or_pale_where_it_is() -> None:
    record = {"title": "A Winter Landscape"}
    (dark,) = captions_of("met_paintings", record, COMMON, Look(("brown",), light="dark"))
    assert dark == "a dark painting of a winter landscape in brown"


def test_no_caption_names_anybody() -> None:
    for title in ("Portrait of Isabella Stewart Gardner", "Saint Bruno Refuses the Archbishopric"):
        (caption,) = painting(title=title)
        assert not {"isabella", "gardner", "bruno"} & set(caption.split())


def test_a_photograph_has_its_caption_and_its_tags() -> None:
    record = {
        "title": "Day laborers picking cotton near Clarksdale, Miss.",
        "tags": ["sky", "grass", "tree", "person"],
    }
    assert captions_of("fsa_color_photos", record, COMMON, BROWN) == (
        "day laborers picking cotton",
        "a photograph of grass, trees and people under the sky, mostly brown and green",
    )
    (_, night) = captions_of("fsa_color_photos", record, COMMON, Look((), light="dark"))
    assert night == "a dark photograph of grass, trees and people under the sky"
    (_, under) = captions_of("fsa_color_photos", record, COMMON, Look((), top="blue"))
    assert under.endswith("people under a blue sky")


def test_machines_that_were_taken_for_trains_are_not_trains() -> None:
    assert tag_caption(["train", "person", "wall", "ceiling"]) == "people indoors"
    assert tag_caption(["sky", "railroad", "train"]) == "railroad tracks and a train under the sky"
    assert tag_caption(["wall"]) == ""


@pytest.mark.parametrize(
    ("tags", "look", "caption"),
    [
        (["apples"], Look(("red",), pieces=2), "a watercolor of a red apple, whole and cut"),
        (["apples"], Look(("red",), pieces=2, page="cream", size="large"),
         "a watercolor of a large red apple, whole and cut, on cream paper"),
        (["apples"], Look(("orange",), pieces=1), "a watercolor of an orange apple"),
        (["plums"], Look(("blue",), page="white"), "a watercolor of blue plums on white paper"),
        (["peaches"], Look(("yellow", "red")), "a watercolor of yellow and red peaches"),
        (["cherries"], Look(("red",), leaves=True),
         "a watercolor of red cherries with green leaves"),
        (["oranges"], Look(("orange",), pieces=1), "a watercolor of an orange"),
        (["strawberries"], Look(("red",), pieces=1), "a watercolor of red strawberries"),
        (["crab apple"], Look(()), "a watercolor of crab apples"),
    ],
)  # fmt: skip
def test_fruit_is_told_with_its_colour_and_how_it_lies(
    tags: list[str], look: Look, caption: str
) -> None:
    assert captions_of("usda_watercolors_small", {"tags": tags}, COMMON, look) == (caption,)


def test_unknown_fruit_is_not_guessed() -> None:
    assert captions_of("usda_watercolors_small", {"tags": ["unknown"]}, COMMON, BROWN) == ()


def test_captions_of_ones_own_are_kept_without_names() -> None:
    record = {"captions": ["A boat on the lake near Geneva", "A boat on the lake near Geneva"]}
    assert captions_of("mine", record, COMMON, BROWN) == ("a boat on the lake",)
    assert captions_of("mine", {"caption": "A dog asleep"}, COMMON, BROWN) == ("a dog asleep",)
    assert captions_of("mine", {}, COMMON, BROWN) == ()


def test_objects_are_the_tags_in_plain_words() -> None:
    assert objects_of("fsa_color_photos", {"tags": ["sky", "person", "wall-brick"]}) == (
        "sky", "people",
    )  # fmt: skip
    assert objects_of("square_paintings", {"tags": ["Woman", "Baroque", "Cow"]}) == (
        "woman", "cows",
    )  # fmt: skip
    assert objects_of("mine", {"tags": ["Boat", "Sea"]}) == ("boat", "sea")


def page(*discs: tuple[int, int, tuple[int, int, int]]) -> np.ndarray:
    """A white page of 100 px with discs of 18 px at (y, x)."""
    y, x = np.mgrid[0:100, 0:100]
    picture = np.full((100, 100, 3), 250, np.uint8)
    for row, column, colour in discs:
        picture[(y - row) ** 2 + (x - column) ** 2 < 18**2] = colour
    return picture


RED, FLESH, LEAF = (200, 30, 30), (240, 200, 120), (60, 120, 50)


def test_the_colour_of_fruit_is_read_off_the_page() -> None:
    one = look_of(page((50, 50, RED)), on_paper=True)
    assert one == Look(("red",), pieces=1, page="white")
    cut = look_of(page((28, 50, RED), (72, 50, FLESH)), on_paper=True)
    assert cut.pieces == 2
    assert cut.colours[0] == "red"
    assert look_of(page((28, 50, RED), (72, 50, RED)), on_paper=True).pieces == 0
    assert look_of(page((28, 50, RED), (60, 55, LEAF)), on_paper=True).leaves
    assert look_of(page(), on_paper=True) == Look((), page="white", size="small")


def test_a_picture_is_mostly_of_two_colours_at_most() -> None:
    picture = np.zeros((60, 60, 3), np.uint8)
    picture[:40] = (60, 110, 60)
    assert look_of(picture) == Look(
        ("green", "black"), top="green", light="dark", where="light above"
    )


@pytest.mark.parametrize(
    ("rows", "columns", "level", "where"),
    [
        (slice(0, 20), slice(None), 250, "light above"),
        (slice(0, 20), slice(None), 0, "dark above"),
        (slice(18, 42), slice(18, 42), 250, "light in the middle"),
        (slice(18, 42), slice(18, 42), 0, "dark in the middle"),
        (slice(None), slice(0, 30), 250, ""),
        (slice(0, 20), slice(None), 130, ""),
    ],
)
def test_the_part_that_stands_out_is_told_and_a_side_is_not(
    rows: slice, columns: slice, level: int, where: str
) -> None:
    picture = np.full((60, 60, 3), 120, np.uint8)
    picture[rows, columns] = level
    assert look_of(picture).where == where
    assert look_of(np.ascontiguousarray(picture[:, ::-1])).where == where
