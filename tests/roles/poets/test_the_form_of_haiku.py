"""What never may be seen in a haiku, over a hundred in a row."""

from __future__ import annotations

import re

from counting import possible_counts

from haiga.core.nouns import Poem
from haiga.features.diction import archaic_words, coarse_words
from haiga.roles.poets.lexicon import stem

NEVER_LAST = set(
    "a an the this these my your his her its our their of in on at by with from into for over "
    "under through across among against and or but nor if while because is are was were be has "
    "have had do does will would can could may to".split()
)
SMALL = set("one a an the of in on at by with from into and to is are i my".split()) | NEVER_LAST


def _words(line: str) -> list[str]:
    return re.findall(r"[a-z']+", line)


def test_every_line_has_its_syllables_by_a_second_count(hundred: tuple[Poem, ...]) -> None:
    for poem in hundred:
        counts = [possible_counts(line) for line in poem.lines]
        assert [n in c for n, c in zip((5, 7, 5), counts, strict=True)] == [True] * 3, poem.lines


def test_no_line_ends_on_a_word_that_leans_on_the_next(hundred: tuple[Poem, ...]) -> None:
    lasts = {_words(line)[-1] for poem in hundred for line in poem.lines}
    assert not lasts & NEVER_LAST


def test_no_word_is_archaic_or_coarse(hundred: tuple[Poem, ...]) -> None:
    said = {word for poem in hundred for word in _words(poem.text)}
    assert not said & (archaic_words() | coarse_words())


def test_no_content_word_comes_twice_in_any_inflection(hundred: tuple[Poem, ...]) -> None:
    for poem in hundred:
        stems = [stem(word) for word in _words(poem.text) if word not in SMALL]
        assert len(stems) == len(set(stems)), poem.lines


def test_lines_are_lower_case_with_one_dash_at_most_and_none_at_the_end(
    hundred: tuple[Poem, ...],
) -> None:
    for poem in hundred:
        assert poem.text == poem.text.lower()
        assert poem.text.count("—") <= 1
        assert poem.lines[-1][-1].isalpha()
        assert all(re.fullmatch(r"[a-z']+( [a-z']+)*( —)?", line) for line in poem.lines)


def test_an_article_agrees_with_the_sound_that_follows(hundred: tuple[Poem, ...]) -> None:
    text = "\n".join(poem.text for poem in hundred)
    assert not re.search(r"\ba [aeio]", text)
    assert not re.search(r"\ban [bcdfgjklmnpqrstvwxz]", text)


def test_a_hundred_poems_are_a_hundred_different_poems(hundred: tuple[Poem, ...]) -> None:
    assert len({poem.lines for poem in hundred}) == 100


def test_a_word_of_doubtful_count_is_recorded_with_both_counts(hundred: tuple[Poem, ...]) -> None:
    for poem in hundred:
        for doubt in poem.details["doubts"]:
            assert doubt["word"] in _words(poem.text)
            assert doubt["counted"] in possible_counts(doubt["word"])
            assert set(doubt["also"]) < possible_counts(doubt["word"]) | set(doubt["also"])
    unsure = {w for p in hundred for w in _words(p.text) if len(possible_counts(w)) > 1}
    recorded = {d["word"] for p in hundred for d in p.details["doubts"]}
    assert unsure <= recorded


def test_a_tanka_keeps_its_five_lines(poet: object) -> None:
    (poem,) = poet.write(["moon"], form="tanka", seeds=[3])  # type: ignore[attr-defined]
    assert poem.form == "tanka"
    for line, syllables in zip(poem.lines, (5, 7, 5, 7, 7), strict=True):
        assert syllables in possible_counts(line)
