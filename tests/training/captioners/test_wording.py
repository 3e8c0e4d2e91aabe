"""Titles and long captions become short, plain ones, without names, places and dates."""

from __future__ import annotations

import pytest

from haiga.training.captioners.wording import CommonWords, is_english, listed, plain_caption

COMMON = CommonWords(
    [
        "here a valley and then a valley, birch trees and birch trees beside the lake",
        "then the sea and a boat on the sea, a boat with fruit and fruit and cattle, cattle",
        "some farms in mountain farms, the bathing boys, bathing and bathing",
    ]
)


@pytest.mark.parametrize(
    ("title", "caption"),
    [
        ("Day laborers picking cotton near Clarksdale, Miss.", "day laborers picking cotton"),
        ("Mountain farms along the Skyline Drive, Va.", "mountain farms"),
        ("Mrs. Virginia Davis, a riveter in the repair department",
         "a riveter in the repair department"),
        ("James Lynch, a roundhouse worker, C & NW RR [i.e. North Western]", "a roundhouse worker"),
        ("Boy building a model airplane, FSA camp, Robstown, Tex.",
         "a boy building a model airplane"),
        (
            "Employees at North American Aviation, Incorporated, assembling the cowling on "
            "Allison motors",
            "employees assembling the cowling",
        ),
        ("Rita Rodriguey,", ""),
        ("Hauling crates of peaches from the orchard to the shipping shed, Delta County, Colo.",
         "hauling crates of peaches from the orchard to the shipping shed"),
        ("Altar in the church, Trampas, New Mexico. The prevailing colors are grey",
         "altar in the church"),
        ("Rural school children, San Augustine County, Texas", "rural school children"),
    ],
)  # fmt: skip
def test_a_sentence_loses_its_names(title: str, caption: str) -> None:
    assert plain_caption(title, COMMON, sentences=True) == caption


@pytest.mark.parametrize(
    ("title", "caption"),
    [
        ("Birch Trees", "birch trees"),
        ("Landscape with the Schwanenturm, Kleve", "a landscape"),
        ("Portrait of a young woman", "a portrait of a young woman"),
        ("Lord Kelvin", "a man"),
        ("Totenklage", ""),
        ("", ""),
        ("1848", ""),
        ("...", ""),
    ],
)
def test_a_title_loses_its_names(title: str, caption: str) -> None:
    assert plain_caption(title, COMMON) == caption


def test_a_caption_has_fourteen_words_at_most_and_hangs_on_no_small_word() -> None:
    long = "Farmers " + "walking over the fields and " * 20 + "home"
    words = plain_caption(long, COMMON, sentences=True).split()
    assert len(words) <= 14
    assert words[-1] not in ("and", "the", "over")


def test_a_word_is_common_that_stands_in_lower_case_inside_lines() -> None:
    common = CommonWords(["the old boat\nLeaves the boat", "to Lowell, the boat of Lowell, a Boat"])
    assert "boat" in common
    assert "lowell" not in common


@pytest.mark.parametrize(
    "title", ["Vierge à l'enfant", "Bildnis einer Dame", "Retrato de Don Juan"]
)
def test_titles_in_other_languages_are_told(title: str) -> None:
    assert not is_english(title)
    assert is_english("A boat on the sea")


def test_lists_read_as_english() -> None:
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
