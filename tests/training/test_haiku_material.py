"""What the haiku poet is refined on, and what it is measured on."""

from __future__ import annotations

from haiga.training.recipes.haiku import unread
from haiga.training.text_corpus import Work
from haiga.training.text_haiku import _is_small
from haiga.training.text_stream import Stanza


def _work(text: str, title: str = "t") -> Work:
    return Work("a", title, text, "verse")


def test_a_held_out_work_that_was_read_under_another_title_is_left_out() -> None:
    poem = "The moon is on the water now\nand all the reeds are still"
    twin = _work("THE MOON, is on the water – now and\nsomething else", "another")
    other = _work("The moon is on the meadow now\nand all the reeds are still")
    held_out = [_work(poem, "held out"), other]
    assert unread(held_out, [twin]) == [other]


def test_a_short_work_is_known_again_by_all_its_words() -> None:
    assert unread([_work("An old pond")], [_work("an old, old pond")]) == [_work("An old pond")]
    assert unread([_work("An old pond")], [_work("an old pond.")]) == []


def test_small_poems_are_three_plain_lines_that_do_not_exclaim() -> None:
    lines = "the plane leaves <n> fall black and wet <n> on the lawn <n>"
    index = dict.fromkeys(lines.split(), 1)

    def small(text: str, repeats: float = 2.0) -> bool:
        return _is_small(Stanza(0, tuple(text.split()), repeats, True), index)

    assert small(lines)
    assert not small(lines.replace("lawn", "lawn !"))
    assert not small(lines + " " + lines)
    assert not small(lines, repeats=0.5)
    assert not small(lines.replace("lawn", "zyzzyva"))
