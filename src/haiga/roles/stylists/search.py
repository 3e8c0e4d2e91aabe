"""Finding artworks of a bank by words: titles, what is said of them, moods and colours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from haiga.core.moods import MOODS, known_mood
from haiga.core.nouns import Style
from haiga.features.colour_names import COLOURS, nearest_names
from haiga.features.words import words
from haiga.roles.moods.imagery import leaning_of

NEAR, NEAREST = 0.5, 14
"""The least cosine of a word that counts as near to one asked for, and how many such count."""
_STILL = frozenset("a an and at by for from in into of on or the to with".split())


class Nearness(Protocol):
    """Which words are near to one, with their cosines: `features.vectors.WordVectors`."""

    def has(self, word: str) -> bool: ...
    def nearest(self, word: str, n: int = 10) -> list[tuple[str, float]]: ...


@dataclass
class Found:
    """An artwork, how well it fits (above 0, no upper bound), and why in words."""

    style: Style
    score: float = 0.0
    reasons: list[str] = field(default_factory=list)


def find_styles(styles: Sequence[Style], query: str, near: Nearness | None = None) -> list[Found]:
    """The artworks that fit a few words, the best first; none where nothing fits.

    A word counts where it stands in the title, the artist's name or what else is said
    of the artwork; a word near to it counts less; then the mood it means and the colour
    it names. An artwork that answers to every word goes before one that answers to some.
    """
    asked = [word for word in dict.fromkeys(words(query)) if word not in _STILL]
    index = _indexed(styles)
    colours = _colour_shares(styles)
    total = [Found(style) for style in styles]
    answered = np.zeros(len(styles))
    for word in asked:
        best: dict[int, dict[str, tuple[float, str]]] = defaultdict(dict)
        for row, kind, score, reason in _answers(word, styles, index, colours, near):
            if score > best[row].get(kind, (0.0, ""))[0]:
                best[row][kind] = score, reason
        for row, kinds in best.items():
            answered[row] += max(_ANSWERS[kind] for kind in kinds)
            for score, reason in kinds.values():
                total[row].score += score
                if reason not in total[row].reasons:
                    total[row].reasons.append(reason)
    for row, found in enumerate(total):
        found.score = round(found.score * float(answered[row]) / max(1, len(asked)), 4)
    fitting = [found for found in total if found.score > 0]
    return sorted(
        fitting, key=lambda found: (-found.score, not found.style.offered, found.style.id)
    )


_Index = Mapping[str, list[tuple[int, str]]]
_ANSWERS = {"text": 1.0, "colour": 1.0, "mood": 0.7, "leaning": 0.1}
"""How far each kind of answer counts as one, where several words are asked for."""
_WEIGHTS = {"title": 1.0, "artist": 1.2, "about": 0.8}


def _indexed(styles: Sequence[Style]) -> _Index:
    """Each word with the rows and fields it stands in, in the singular too."""
    index: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row, style in enumerate(styles):
        for kind, text in (
            ("title", style.title),
            ("artist", style.artist),
            ("about", style.about),
        ):
            for form in {form for word in words(text) for form in _forms(word)}:
                index[form].append((row, kind))
    return index


def _forms(word: str) -> tuple[str, ...]:
    return (word, word[:-1]) if len(word) > 3 and word.endswith("s") else (word,)


def _colour_shares(styles: Sequence[Style]) -> dict[str, dict[int, float]]:
    """Each word of a colour's name with the rows that have it, and how much: 1 is all of it."""
    names = list(COLOURS)
    shares: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    flat = [colour for style in styles for colour in style.palette]
    found = iter(nearest_names(np.array(flat, np.uint8).reshape(-1, 3)).tolist())
    for row, style in enumerate(styles):
        weights = [1 / (2 + place) for place in range(len(style.palette))]
        for weight in weights:
            for word in names[next(found)].split():
                shares[word][row] += weight / sum(weights)
    return shares


def _answers(
    word: str,
    styles: Sequence[Style],
    index: _Index,
    colours: Mapping[str, Mapping[int, float]],
    near: Nearness | None,
) -> Iterator[tuple[int, str, float, str]]:
    """Everything that answers to one word: row, kind of answer, score and the reason."""
    alike = [(form, 1.0) for form in _forms(word)]
    if near is not None and near.has(word):
        alike += [
            (other, cosine)
            for other, cosine in near.nearest(word, NEAREST)
            if cosine >= NEAR and not {word, other} <= set(colours)
        ]
    for other, cosine in alike:
        exact = other in _forms(word)
        for row, kind in index.get(other, ()):
            if not exact and kind == "artist":
                continue
            where = {"title": "its title", "artist": "its maker's name"}.get(
                kind, "what is said of it"
            )
            reason = f"'{other}' stands in {where}"
            if not exact:
                reason = f"'{other}' in {where} is near to '{word}'"
            yield row, "text", _WEIGHTS[kind] * (1.0 if exact else 0.6 * cosine), reason
    if mood := known_mood(word):
        for row, style in enumerate(styles):
            if style.mood == mood:
                said = f"its mood is {mood}" + ("" if word == mood else f", which '{word}' means")
                yield row, "mood", 0.7, said
    else:
        leans = {m: w for leaning in leaning_of(word) for m, w in leaning.moods.items()}
        strongest = max(leans, key=lambda m: leans[m], default=None)
        for row, style in enumerate(styles):
            if strongest and strongest in MOODS and style.mood == strongest:
                yield row, "leaning", 0.2, f"its mood is {strongest}, which '{word}' leans to"
    for row, share in colours.get("grey" if word == "gray" else word, {}).items():
        if share >= 0.08:
            much = (
                "most of it is"
                if share > 0.5
                else "much of it is"
                if share > 0.25
                else "some of it is"
            )
            yield row, "colour", 0.4 + 0.5 * share, f"{much} {word}"
