"""Haiku-like passages found in verse: seventeen syllables that read as one picture.

Two kinds, both re-lined 5-7-5 whatever their own line breaks were:

- a *passage* runs from one clause boundary to another;
- a *pair* sets a five-syllable noun phrase beside a twelve-syllable clause of the
  same poem, with a dash between, as a haiku sets its fragment beside its phrase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haiga.features.seasons import abstract_words, image_words, season_of
from haiga.features.syllables import count, ends_hissing, is_known
from haiga.training.text_corpus import MARKS, NEWLINE

STOPS = {".", ";", "—", "!", "?"}
NO_LINE_END = {
    "DT", "DT1", "DTN", "PSS", "IN", "CC", "CS", "TO", "MD", "WH", "WRB", "BEZ", "BEP", "BED", "BE",
    "HVZ", "HVP", "HVD", "DO", "NOT", "EX", "PRI", "PRS", "PRP", "UH",
}  # fmt: skip
FINITE = {"VBZ", "VB", "VBD", "BEZ", "BEP", "BED", "HVZ", "HVP", "HVD", "MD", "DO"}
PAST = {"VBD", "BED", "HVD"}
_NOUN = {"NN", "NNS"}
_PERSONS = {"i", "my", "me", "you", "your", "we", "our", "us", "he", "she", "his", "him",
            "her", "i'm", "i've", "i'll", "i'd", "myself"}  # fmt: skip


@dataclass(frozen=True)
class Passage:
    """Tokens of a poem in three lines, each ending `<n>`, and how well it would serve."""

    tokens: tuple[str, ...]
    score: float


def syllables_of(tokens: Sequence[str]) -> list[int]:
    """The syllables of each token: first listed count; marks 0; `'s` 1 after a hiss, else 0."""
    out = []
    for i, token in enumerate(tokens):
        if token == "'s":
            out.append(1 if i and ends_hissing(tokens[i - 1]) else 0)
        else:
            out.append(0 if token in MARKS else count(token)[0])
    return out


def passage_score(words: Sequence[str], tags: Sequence[str]) -> float:
    """How haiku-like words with these tags are: things and season up, abstractions, persons,
    the past and exclamations down; about -3 to 6.
    """
    images, abstract = image_words(), abstract_words()
    things = {w for w, t in zip(words, tags, strict=True) if w in images and t in _NOUN}
    qualities = {w for w in words if w in images} - things
    value = 1.0 * min(4, len(things)) + 0.4 * min(3, len(qualities))
    value += 0.5 if any(season_of(w) for w in words) else 0.0
    value -= 1.5 * sum(w in abstract for w in words)
    value -= 0.6 * sum(w in _PERSONS for w in words)
    value -= 0.5 * sum(t in PAST for t in tags)
    value -= 1.0 * sum(t in ("UH", "MD") or w in ("shall", "ever", "never") for w, t in
                       zip(words, tags, strict=True))  # fmt: skip
    return value


def _fits(tokens: Sequence[str], start: int, cuts: Sequence[int]) -> list[int] | None:
    """Where each line ends if whole words fill lines of `cuts` syllables exactly; else None."""
    sizes = syllables_of(tokens[start:])
    ends, total, line = [], 0, 0
    for i, size in enumerate(sizes):
        if total == cuts[line] and (tokens[start + i] not in MARKS and tokens[start + i] != "'s"):
            ends.append(start + i)
            total, line = 0, line + 1
            if line == len(cuts):
                return ends
        total += size
        if total > cuts[line]:
            return None
    if total == cuts[line] and line == len(cuts) - 1:
        return [*ends, len(tokens)]
    return None


def lines_of(
    tokens: Sequence[str], tags: Sequence[str], start: int, end: int, form: Sequence[int]
) -> list[list[str]] | None:
    """tokens[start:end] as lines of `form` syllables that may stand so; None if they cannot.

    A line may not end on a function word nor part an adjective from its noun; a
    mark inside a line can be a comma only.
    """
    ends = _fits(tokens[:end], start, form)
    if ends is None or ends[-1] != end:
        return None
    lines, begin = [], start
    for stop in ends:
        line = list(tokens[begin:stop])
        while line and line[-1] in MARKS:
            mark = line.pop()
            if stop != end:
                line.append("—" if mark in STOPS else ",")
                break
        bare = [t for t in line if t not in MARKS]
        if not bare or any(t in STOPS for t in line[:-1]):
            return None
        last = begin + len(line) - 1 - (1 if line[-1] in MARKS else 0)
        if tags[last] in NO_LINE_END:
            return None
        follows = tags[stop] if stop < len(tags) and stop != end else ""
        if (
            line[-1] not in MARKS
            and follows in {*_NOUN, "PSS_"}
            and (tags[last] in {"JJ", "JJR", "VBG", "NN", "DTN"} or tokens[last] == "'s")
        ):
            return None
        lines.append(line)
        begin = stop
    if sum(line[-1] == "—" for line in lines) > 1:
        return None
    return lines


def passages(
    tokens: Sequence[str], tags: Sequence[str], breaks: set[int], form: Sequence[int] = (5, 7, 5)
) -> list[Passage]:
    """The passages of one stanza without newlines; `breaks` are where its lines began."""
    starts = [i for i in range(len(tokens)) if i == 0 or tokens[i - 1] in MARKS or i in breaks]
    out = []
    for start in starts:
        if tokens[start] in MARKS:
            continue
        sizes, end = 0, start
        while end < len(tokens) and sizes <= sum(form):
            if sizes == sum(form) and (end in breaks or tokens[end] in MARKS):
                break
            token = tokens[end]
            if token != "'s" and token not in MARKS and not is_known(token):
                break
            sizes += syllables_of(tokens[max(0, end - 1) : end + 1])[-1]
            end += 1
        if sizes != sum(form) or (end < len(tokens) and end not in breaks and
                                  tokens[end] not in MARKS):  # fmt: skip
            continue
        lines = lines_of(tokens, tags, start, end, form)
        if lines is None:
            continue
        kinds = [tags[i] for i in range(start, end) if tokens[i] not in MARKS]
        words = [t for t in tokens[start:end] if t not in MARKS]
        score = passage_score(words, kinds)
        hard = start == 0 or tokens[start - 1] in STOPS
        closed = end == len(tokens) or tokens[end] in STOPS
        score += 0.5 * hard + 0.7 * closed
        score -= 0.5 if kinds[0] in {"CC", "CS", "WH", "WRB"} else 0.0
        if not any(k in FINITE for k in kinds) and not hard:
            score -= 1.0
        flat = [t for line in lines for t in (*line, NEWLINE)]
        out.append(Passage(tuple(flat), score))
    return out


def segments(
    tokens: Sequence[str], tags: Sequence[str], breaks: set[int], form: Sequence[int]
) -> list[tuple[int, list[list[str]], list[str]]]:
    """Stretches between boundaries that fill `form`: start, lines, and the tags of their words."""
    out = []
    starts = [i for i in range(len(tokens)) if i == 0 or tokens[i - 1] in MARKS or i in breaks]
    for start in starts:
        if tokens[start] in MARKS or not is_known(tokens[start]):
            continue
        sizes, end = 0, start
        while end < len(tokens) and sizes < sum(form):
            token = tokens[end]
            if token != "'s" and token not in MARKS and not is_known(token):
                break
            sizes += syllables_of(tokens[max(0, end - 1) : end + 1])[-1]
            end += 1
        if end < len(tokens) and tokens[end] == "'s":
            continue
        closed = end == len(tokens) or tokens[end] in MARKS or end in breaks
        if sizes != sum(form) or not closed:
            continue
        lines = lines_of(tokens, tags, start, end, form)
        if lines and not any("—" in line for line in lines):
            words = [i for i in range(start, end) if tokens[i] not in MARKS]
            out.append((start, lines, [tags[i] for i in words]))
    return out


def is_noun_phrase(tags: Sequence[str]) -> bool:
    """Whether these tags may be one: determiner, adjective or noun first, noun last, no verb."""
    return (
        tags[0] in {"DT", "DT1", "DTN", "JJ", "NN", "NNS", "VBG", "VBN", "PSS"}
        and tags[-1] in _NOUN
        and not any(t in FINITE or t.startswith("PR") or t in {"WH", "UH", "CS"} for t in tags)
    )
