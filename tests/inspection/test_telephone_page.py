"""The page of a telephone, written from what was played and measured."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from haiga.features.match import Critic
from haiga.inspection.telephone_drift import Drift, Spoken, TextSense, measure
from haiga.inspection.telephone_page import (
    MOST_STRANDS,
    UNSURE,
    PageChain,
    PageGame,
    PageTurn,
    red_words,
    telephone_page,
)

FIRST = "dog standing on a grass hill"


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 80, 70)).save(buffer, "JPEG")
    return buffer.getvalue()


def page_chain(*captions: str, ended: str = "") -> PageChain:
    turns = [PageTurn(i + 1, jpeg(), caption) for i, caption in enumerate(captions)]
    return PageChain(7, turns, ended)


@pytest.fixture(scope="module")
def drift() -> Drift:
    looks, meant = np.eye(2, 384, dtype=np.float32), np.eye(2, 128, dtype=np.float32)
    captions = ["a dog <b>", "a hill"]
    return measure([Spoken(FIRST, [1, 2], captions, looks, meant, looks[0])], Critic())


def written(games: list[PageGame], opening: str = FIRST) -> str:
    return telephone_page(
        opening, games, {"painter": "a painter"}, TextSense(), again="haiga telephone …"
    )


def test_words_of_the_beginning_are_marked_and_marks_of_a_sentence_are_not(drift):
    marked = red_words("A dog, and two dogs", frozenset({"dog"}))
    assert marked == "A <mark>dog</mark>, and two dogs"


def test_captions_are_text_and_no_html(drift):
    page = written([PageGame("one", page_chain("a dog <b>", "a hill"), [], drift)])
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_games_stand_beside_each_other_with_a_dash_where_one_was_not_measured(drift):
    other = PageGame("two", page_chain("a cat", ended="nothing was said"), [], None)
    page = written([PageGame("one", page_chain("a dog", "a hill"), [], drift), other])
    assert "The games compared" in page
    assert "two: nothing was said." in page
    assert ">–</td>" in page


def test_a_page_shows_a_hundred_further_chains_at_most_and_says_how_many_more(drift):
    others = [page_chain("a cat") for _ in range(MOST_STRANDS + 3)]
    page = written([PageGame("one", page_chain("a dog", "a hill"), others, drift)])
    assert page.count('class="strand"') == MOST_STRANDS
    assert "3 further chains are in the folder." in page


def test_the_kind_of_the_picture_it_began_from_is_no_word_that_is_kept(drift):
    first = page_chain("a photograph of a dog", "a photograph of a hill")
    page = written([PageGame("one", first, [], drift)], opening="")
    assert "<mark>dog</mark>" in page
    assert "<mark>photograph</mark>" not in page


def test_captions_that_are_not_sure_are_grey_and_the_page_says_so(drift):
    turns = [PageTurn(1, jpeg(), "a dog"), PageTurn(2, jpeg(), "a hill", sure=False)]
    page = written([PageGame("one", PageChain(7, turns), [], drift)])
    assert page.count('class="unsure"') == 1
    assert UNSURE in page
    assert UNSURE not in written([PageGame("one", page_chain("a dog", "a hill"), [], drift)])


def test_a_game_that_began_from_a_picture_has_a_title_of_its_own(drift):
    page = written([PageGame("one", page_chain("a dog", "a hill"), [], drift)], opening="")
    assert "<h1>A picture, and what was said of it</h1>" in page
    assert "<mark>dog</mark>" in page


def test_a_page_of_one_round_has_no_word_on_coming_round():
    looks, meant = np.eye(1, 384, dtype=np.float32), np.eye(1, 128, dtype=np.float32)
    short = measure([Spoken(FIRST, [1], ["a hill"], looks, meant, looks[0])], Critic())
    one = PageGame("one", page_chain("a hill"), [], short)
    assert "ame round" not in written([one])
    assert 'chains that come round</td><td class="number">–' in written([one, one])
