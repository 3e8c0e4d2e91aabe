"""The sentence plans of a haiku: what kind of word stands where, before any word is chosen.

A small network knows words but wanders in grammar, so every draft follows a plan: a
fragment (a noun phrase) set beside a phrase (a plain clause in the present), as English
haiku are built, or one sentence over all lines. A plan is a list of slots a line
(`syntax.SLOTS`; `=word` is that very word). Agreement of number is part of it. The
network, within the slots, chooses every other word.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

BREAK = "/"

Draw = np.random.Generator
Words = list[str]


def _pick(draw: Draw, *choices: tuple[float, Words]) -> Words:
    place = draw.random() * sum(weight for weight, _ in choices)
    for weight, words in choices:
        place -= weight
        if place < 0:
            return words
    return choices[-1][1]


def _said(text: str) -> Words:
    """Slots of a set phrase: each word is itself."""
    return [f"={word}" for word in text.split()]


def _one(draw: Draw) -> Words:
    return _pick(
        draw,
        (5, ["the_one", "noun"]),
        (4, ["the_one", "adjective", "noun"]),
        (1.0, ["adjective", "mass"]),
        (1.2, ["mass"]),
        (0.5, ["the_one", "owner", "'s", "owned"]),
        (0.4, ["the_one", "adjective", "owner", "'s", "owned"]),
    )


def _many(draw: Draw) -> Words:
    return _pick(
        draw,
        (2, ["adjective", "nouns"]),
        (2, ["the_many", "nouns"]),
        (1.0, ["the_many", "adjective", "nouns"]),
        (1.5, ["nouns"]),
    )


def _of_thing(draw: Draw) -> Words:
    whole = _pick(
        draw,
        (3, ["wholem"]),
        (3, ["wholes"]),
        (1.5, ["the_one", "whole"]),
        (1, ["adjective", "wholem"]),
    )
    return ["the_one", "part", "of", *whole]


def _place(draw: Draw) -> Words:
    """Where something is."""
    return _pick(
        draw,
        (4, ["in", "the_one", "spot"]),
        (3, ["in", "the_one", "adjective", "spot"]),
        (1.2, ["in", "the_many", "spots"]),
        (0.8, ["in", "adjective", "spots"]),
        (0.6, ["in", "spots"]),
        (1.5, ["in", "spotm"]),
        (1.0, ["in", "adjective", "spotm"]),
        (0.35, [*_said("at the edge of"), "the_one", "edged"]),
        (0.2, [*_said("in the shadow of"), "the_one", "edged"]),
        (0.3, ["in", "the_one", "owner", "'s", "spot"]),
    )


def _when(draw: Draw) -> Words:
    """What is all around: weather, light, an hour."""
    return _pick(
        draw,
        (3, ["=in", "ambient"]),
        (2, ["=in", "adjective", "ambient"]),
        (2, ["=in", "the_one", "adjective", "hour"]),
        (1.5, ["=under", "the_one", "adjective", "high"]),
        (1, ["=under", "the_one", "high"]),
        (1, ["=after", "the_one", "rainy"]),
    )


def _object(draw: Draw) -> Words:
    return _pick(
        draw,
        (4, ["the_one", "obj"]),
        (3, ["the_one", "adjective", "obj"]),
        (1.5, ["the_many", "objs"]),
        (1, ["objm"]),
        (0.6, ["adjective", "objm"]),
        (0.8, ["adjective", "objs"]),
    )


def _subject(draw: Draw) -> tuple[Words, bool]:
    one = bool(draw.random() < 0.66)
    if not one:
        return _many(draw), False
    return (_of_thing(draw) if draw.random() < 0.03 else _one(draw)), True


def _predicate(draw: Draw, one: bool) -> Words:
    verb, be = ("verb_s", "is") if one else ("verb", "are")
    return _pick(
        draw,
        (6, [verb]),
        (0.8, [verb, "adverb"]),
        (0.3, [be, "pred"]),
        (0.15, [be, "=still", "ing"]),
    )


def fragment(draw: Draw) -> Words:
    """A noun phrase by itself, for one line."""
    place = _place(draw)
    return _pick(
        draw,
        (3, ["the_one", "adjective", "noun"]),
        (1.2, ["the_one", "noun", *place]),
        (1.5, ["nouns", *place]),
        (0.35, _of_thing(draw)),
        (1.5, ["mass", *place]),
        (1.0, ["adjective", "mass", *place]),
        (1.0, ["adjective", "nouns", *place]),
        (0.8, ["adjective", "mass"]),
        (0.25, ["mass", "and", "mass"]),
        (0.3, ["nouns", "and", "nouns"]),
        (1.0, ["the_one", "owner", "'s", "owned"]),
        (1.4, ["the_one", "adjective", "owner", "'s", "owned"]),
        (0.8, ["seasonal", "hour"]),
        (0.5, ["the_one", "adjective", "hour"]),
        (0.7, ["=no", "=one", *place]),
        (0.5, [*_said("not a sound"), *place]),
        (0.5, [*_said("nothing but"), "mass"]),
        (0.4, [*_said("nothing but the"), "part", "of", "wholem"]),
        (0.3, [*_said("how quiet the"), "hour"]),
        (0.3, [*_said("so quiet tonight")]),
        (0.3, [*_said("still no one comes home")]),
        (0.4, [*_said("alone again")]),
        (0.5, [*_said("the same"), "adjective", "noun"]),
        (0.15, [*_said("once more"), "the_one", "noun"]),
        (0.2, ["nouns", "=but", "=no", "nouns"]),
        (0.3, [*_said("long after"), "the_one", "rainy"]),
        (0.8, [*_said("first"), "rainy", *_said("of the year")]),
    )


def clause(draw: Draw) -> Words:
    """A clause over two lines, with the place where the line breaks."""
    subject, one = _subject(draw)
    says = _predicate(draw, one)
    verb, act = ("verb_s", "act_s") if one else ("verb", "act")
    place, other, what = _place(draw), _when(draw), _object(draw)
    return _pick(
        draw,
        (2.5, [*subject, *says, BREAK, *place]),
        (1, [*subject, *says, BREAK, *other]),
        (1, [*subject, act, *what, BREAK, *other]),
        (0.8, [*other, BREAK, *subject, act, *what]),
        (3, [*subject, BREAK, *says, *place]),
        (0.5, [*subject, *says, *place, BREAK, *other]),
        (2, [*place, BREAK, *subject, *says]),
        (1, [*subject, *place, BREAK, verb, "adverb"]),
        (1.5, [*subject, BREAK, "ing", *place]),
        (2.0, [*subject, act, BREAK, *what]),
        (2.5, [*subject, BREAK, act, *what]),
        (1.5, [*subject, *place, BREAK, act, *what]),
        (1.0, [*subject, BREAK, "acting", *what]),
        (0.7, [*subject, act, *what, BREAK, "and", verb, *place]),
        (1.0, [*subject, *says, BREAK, "and", *_clause_short(draw)]),
        (1.2, [*_said("all day"), *subject, BREAK, verb, *place]),
        (1.0, [*_said("all night"), *subject, BREAK, verb, *place]),
        (0.7, [*_said("all night long"), BREAK, *subject, verb, *place]),
        (0.7, [*_said("one by one"), *_many(draw), BREAK, "verb", *place]),
        (0.3, [*_said("once more"), *subject, BREAK, verb, *place]),
        (0.6, ["=even", *subject, BREAK, verb, *place]),
        (0.6, ["=only", *subject, BREAK, verb, *place]),
        (0.7, [*subject, "=too", BREAK, verb, *place]),
        (0.7, [*_said("without a sound"), BREAK, *subject, verb, *place]),
        (0.6, [*_said("no one else"), BREAK, *_said("but"), *subject, *place]),
        (0.5, ["=still", *subject, verb, BREAK, *place]),
        (0.3, ["=how", "=slowly", *subject, BREAK, verb, *place]),
        (0.5, ["=again", *subject, BREAK, act, *what]),
        (0.4, ["=where", *subject, verb, BREAK, *_clause_short(draw)]),
        (0.6, [*subject, act, *what, BREAK, *place]),
    )


def _clause_short(draw: Draw) -> Words:
    one = bool(draw.random() < 0.6)
    return [*(_one(draw) if one else _many(draw)), "verb_s" if one else "verb"]


def sentence(draw: Draw) -> Words:
    """One sentence over three lines."""
    subject, one = _subject(draw)
    verb, act = ("verb_s", "act_s") if one else ("verb", "act")
    place, other, what, short = _place(draw), _when(draw), _object(draw), _clause_short(draw)
    return _pick(
        draw,
        (1.5, [*subject, BREAK, verb, *place, BREAK, *other]),
        (2, [*place, BREAK, *subject, verb, BREAK, *other]),
        (1, [*subject, verb, BREAK, *place, BREAK, "while", *short]),
        (1, [*subject, BREAK, verb, *place, BREAK, "while", *short]),
        (2, [*subject, BREAK, act, *what, BREAK, *place]),
        (2, [*subject, BREAK, *place, BREAK, act, *what]),
        (1.5, [*subject, act, BREAK, *what, *place, BREAK, "and", verb, "adverb"]),
        (1.5, [*subject, act, *what, BREAK, "and", verb, *place, BREAK, *other]),
        (1, [*place, BREAK, *subject, BREAK, act, *what]),
        (1, [*_said("all day long"), BREAK, *subject, verb, BREAK, *place]),
        (1, [*_said("all night long"), BREAK, *subject, act, *what, BREAK, *place]),
        (1, [*_said("without a sound"), BREAK, *subject, verb, BREAK, *place]),
        (1, [*subject, BREAK, *place, BREAK, *_said("no longer"), verb]),
    )


MAKERS: dict[int, Callable[[Draw], Words]] = {1: fragment, 2: clause, 3: sentence}
